import { defineConfig } from 'vitest/config';

export default defineConfig({
  // `fusewire`, as the examples import it, is src/ and needs no build.
  ssr: { resolve: { conditions: ['fusewire-source', 'node', 'module-sync', 'import'] } },
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'examples/**/*.test.ts', 'bench/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
    allowOnly: false,
    watch: false,
    restoreMocks: true,
    reporters: ['default', './scripts/test-report.mjs'],
  },
});
