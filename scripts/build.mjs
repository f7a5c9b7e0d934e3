// `npm run build`: dist/ from src/.
import { build } from './prepare.mjs';

try {
  build();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
