import { standIn } from './stand-in.ts';

try {
  standIn(process.argv.slice(2), process.env);
} catch (error) {
  process.stderr.write(`fusermount: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
