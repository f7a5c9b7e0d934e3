// `node --import ./scripts/run-typescript.mjs FILE.ts`: runs TypeScript on every supported Node, `using` included.
// Newer ones strip types by themselves, but not all of them know `using`.
import * as module from 'node:module';

if (module.registerHooks) {
  const { load } = await import('./typescript-loader.mjs');
  module.registerHooks({ load });
} else {
  module.register('./typescript-loader.mjs', import.meta.url);
}
