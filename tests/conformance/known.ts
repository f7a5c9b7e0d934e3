import type { Case } from './trial.ts';

/** A case that Linux passes and Fusewire does not, for a reason, until the reason goes. */
export interface Known {
  readonly name: string;
  readonly reason: string;
  matches(tried: Case): boolean;
}

/** What Fusewire is known to fail. A run of everything fails when one of these was not seen: it must leave the list then. */
export const known: readonly Known[] = [
  {
    name: 'a FIFO does not open',
    reason:
      'behind the name of a FIFO stands a pipe of the kernel, not of the file system, and there are no pipes here. open(2) gives ENXIO to all who may open it, as for any file that has nothing to open.',
    matches: ({ step, fusewire, linux }) => step.includes('open d/f') && fusewire === 'ENXIO' && linux !== 'ENXIO',
  },
];

/** A case in which something is not as it should be. */
export interface Failure {
  /** In a few lines. */
  readonly text: string;
  readonly known: Known | null;
}

/** What is wrong with a case: the table about Linux, or Fusewire; null when nothing is. */
export function failureOf(tried: Case): Failure | null {
  const { call, assertion, variant, step, linux, fusewire, linuxVerdict, fusewireVerdict } = tried;
  const isEqual = linux === null || linux === fusewire;
  if (linuxVerdict !== 'wrong' && fusewireVerdict !== 'wrong' && isEqual) return null;
  const text = [
    `${call}: ${assertion} (${variant})`,
    `    ${step}`,
    `    Linux:    ${linux ?? '(not asked)'}${linuxVerdict === 'wrong' ? '   which is not what the table says' : ''}`,
    `    Fusewire: ${fusewire}`,
  ].join('\n');
  return { text, known: known.find((each) => each.matches(tried)) ?? null };
}
