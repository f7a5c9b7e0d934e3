import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take minutes begin, so that no worker is left alone with one at the end. */
const SLOW = /tests\/(?:oracle|daemons|scenarios\/timeout)/;

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification): boolean => SLOW.test(moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

export default defineConfig({
  // `fusewire`, as the examples import it, is src/ and needs no build.
  ssr: { resolve: { conditions: ['fusewire-source', 'node', 'module-sync', 'import'] } },
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'examples/**/*.test.ts', 'bench/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    sequence: { sequencer: SlowFirst },
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
