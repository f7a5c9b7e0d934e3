import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allOpcodes } from '../../src/abi/opcodes.ts';
import { makeCorpus } from './corpus.ts';
import { attack, targets } from './targets.ts';

const corpus = makeCorpus();
const MOST_RUNS = 40;

/** Opcodes that no system call of a bench leads to. */
const NEVER_SENT = ['BMAP', 'COPY_FILE_RANGE', 'CUSE_INIT', 'DESTROY', 'REMOVEMAPPING', 'SETUPMAPPING', 'SYNCFS'];

test('fuzzing begins with exchanges of every opcode that system calls lead to', () => {
  const seen = new Set(corpus.exchanges.map(([first]) => first?.opcode.name));
  const missing = allOpcodes.filter(({ reply, name }) => reply === 'required' && !seen.has(name));
  expect(missing.map(({ name }) => name).sort()).toEqual(NEVER_SENT);
});

test.each(targets.map((target) => [target.name, target] as const))(
  'whatever bytes come from outside, they do no harm: %s',
  async (name, target) => {
    await fc.assert(
      fc.asyncProperty(fc.noShrink(fc.nat()), async (seed) => {
        try {
          await attack(target, seed, corpus);
        } catch (error) {
          throw new Error(`npm run fuzz -- --target ${name} --seed ${seed}`, { cause: error });
        }
      }),
      { numRuns: MOST_RUNS },
    );
  },
);
