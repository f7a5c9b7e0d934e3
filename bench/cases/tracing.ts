import type { RequestEvent } from '../../src/index.ts';
import type { Case, Turn } from '../case.ts';
import type { Place } from '../place.ts';

const BATCH = 256; // calls

async function prepare({ fs, mounted }: Place): Promise<Record<string, Turn>> {
  if (mounted === null) return {};
  const { events } = mounted.connection;
  const stat = async (): Promise<number> => {
    for (let done = 0; done < BATCH; done++) await fs.promises.stat('/');
    return BATCH;
  };
  const seen: RequestEvent[] = [];
  const stop = events.on((event) => seen.push(event));
  await fs.promises.stat('/');
  stop();
  return {
    off: { run: stat },
    'one listener': {
      run: async () => {
        let completed = 0;
        const stop = events.on(({ step }) => {
          if (step === 'completed') completed++;
        });
        try {
          await stat();
          return completed;
        } finally {
          stop();
        }
      },
    },
    // What there is of it when nobody listens: as many looks for listeners as a call takes.
    'off, alone': {
      run: () => {
        for (let done = 0; done < BATCH; done++) for (const { step, request } of seen) events.emit(step, request);
        return BATCH;
      },
    },
  };
}

/** What it costs that the life of requests can be listened to. */
export const tracing: Case = {
  name: 'tracing',
  title: 'stat of the root, not cached, promise: with and without a listener',
  setup: 'uncached',
  unit: 'calls',
  subjects: ['a'],
  prepare,
};
