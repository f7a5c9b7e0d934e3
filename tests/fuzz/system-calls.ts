import { Errno } from '../../src/abi/errno.ts';
import { STATFS } from '../../src/abi/opcodes.ts';
import { mutated } from '../chance/mutate.ts';
import { type Variant, variants } from '../oracle/variants.ts';
import { Bench } from './bench.ts';
import { EVERYTHING } from './corpus.ts';
import { must, type Target } from './target.ts';

const SCRIPTS = 3;
const MUTATIONS = [0.1, 0.3, 0.7];
const setUps: readonly Variant[] = [EVERYTHING, ...variants.filter(({ without }) => without === undefined)];

/** Everything above the decoders: system calls whose replies come changed. */
export const systemCalls: Target = {
  name: 'system-calls',
  weight: 0.8,
  attack(random, { scripts, setUp }) {
    let count = 0;
    let isAttacking = false;
    const often = random.pick(MUTATIONS);
    const bench = new Bench(random.pick(setUps), {
      garbles(reply) {
        if (!isAttacking || !random.chance(often)) return reply;
        count++;
        return mutated(reply, random);
      },
    });
    bench.setUp(setUp);
    isAttacking = true;
    for (let scriptsLeft = SCRIPTS; scriptsLeft > 0; scriptsLeft--) {
      for (const step of random.pick(scripts)) bench.call(step);
    }
    isAttacking = false;
    const { connection } = bench;
    must(connection.state === 'connected', () => `the connection is ${connection.state}`);
    const free = bench.run(
      0,
      function* (thread) {
        const reply = yield* connection.ask(thread, STATFS, 1n);
        return reply instanceof Errno ? reply.code : 'answered';
      },
      'STATFS',
    );
    must(free === 'answered', () => `STATFS gave ${free} at the end`);
    bench.end();
    return count;
  },
};
