import type { Answer, Question } from './messages.ts';
import { Thrown } from './remote-directory.ts';
import type { Transferred } from './transferred.ts';

type Procedure = (...args: readonly unknown[]) => unknown;
type Source = Iterable<unknown> | AsyncIterable<unknown>;

/**
 * Functions and sources of data that stay with their caller while a call of theirs is under way: cp's filter, what is written
 * chunk by chunk. The worker asks; what they throw stays here too, and comes out of the call as it is.
 */
export class LentValues {
  readonly #values = new Map<number, Lent>();
  #last = 0;

  /** Keeps a value for the worker. @returns its number */
  lend(value: object): number {
    this.#values.set(++this.#last, { value, chunks: null, thrown: undefined });
    return this.#last;
  }

  takeBack(number: number): void {
    this.#values.delete(number);
  }

  /** Asks the value; `answer` gets what came of it, at once where that is no promise. */
  ask({ number, ask, args }: Question, answer: (answer: Answer) => void): void {
    const lent = this.#values.get(number);
    if (lent === undefined) return; // The call was given up.
    const fail = (thrown: unknown): void => {
      lent.thrown = thrown;
      answer({ number, thrown: true });
    };
    const succeed = (value: unknown): void => answer({ number, value });
    try {
      const result = ask === 'call' ? (lent.value as Procedure)(...args) : step(lent, ask);
      if (result instanceof Promise) result.then(succeed).catch(fail);
      else succeed(result);
    } catch (error) {
      fail(error);
    }
  }

  /** How what was thrown comes back. */
  get thrown(): Transferred<Thrown> {
    return { kind: Thrown, partsOf: () => [], make: ([number]) => this.#values.get(number as number)?.thrown };
  }
}

interface Lent {
  readonly value: object;
  chunks: AsyncGenerator | null;
  thrown: unknown;
}

function step(lent: Lent, ask: 'next' | 'return'): Promise<unknown> {
  lent.chunks ??= inTurn(lent.value as Source);
  return ask === 'next' ? lent.chunks.next() : lent.chunks.return(undefined);
}

async function* inTurn(source: Source): AsyncGenerator {
  yield* source;
}

/** What stands for values lent by the caller's thread, in the worker. */
export class BorrowedValues {
  readonly #ask: (question: Question) => void;
  /** What waits for an answer; a value is asked one thing at a time. */
  readonly #asked = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();

  constructor(ask: (question: Question) => void) {
    this.#ask = ask;
  }

  procedure(number: number): Procedure {
    return (...args) => this.#answerOf({ number, ask: 'call', args });
  }

  source(number: number): AsyncIterable<unknown> {
    const step = (ask: 'next' | 'return') => (): Promise<IteratorResult<unknown>> =>
      this.#answerOf({ number, ask, args: [] }) as Promise<IteratorResult<unknown>>;
    return { [Symbol.asyncIterator]: () => ({ next: step('next'), return: step('return') }) };
  }

  answered(answer: Answer): void {
    const asked = this.#asked.get(answer.number);
    this.#asked.delete(answer.number);
    if ('thrown' in answer) asked?.reject(new Thrown(answer.number));
    else asked?.resolve(answer.value);
  }

  #answerOf(question: Question): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#asked.set(question.number, { resolve, reject });
      this.#ask(question);
    });
  }
}
