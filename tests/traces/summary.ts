import { knownDifferences } from './known-differences.ts';
import { partsOf } from './play.ts';
import type { Trace, TraceMount } from './trace.ts';

/** A step that is not made, and why. */
interface Unmade {
  readonly label: string;
  readonly because: string;
}

const NOTHING_MADE: readonly Unmade[] = [];

function unmadeOf(mount: TraceMount): readonly Unmade[] {
  return partsOf(mount).flatMap((part) => {
    if (typeof part === 'function') return NOTHING_MADE;
    if ('labels' in part) return part.labels.map((label) => ({ label, because: part.because }));
    if ('act' in part || part.not === null || part.label === null) return NOTHING_MADE;
    return [{ label: part.label, because: part.not }];
  });
}

const madeIn = (mount: TraceMount): number =>
  partsOf(mount).filter(
    (part) =>
      typeof part !== 'function' && ('act' in part || ('not' in part && part.not === null && part.label !== null)),
  ).length;

const differencesOf = ({ name }: Trace, { title }: TraceMount): number =>
  knownDifferences
    .filter(({ mount }) => mount === `${name} / ${title}`)
    .reduce((sum, { steps }) => sum + steps.length, 0);

const cells = (...words: readonly (string | number)[]): string => `| ${words.join(' | ')} |`;

function rowOf(trace: Trace): { row: string; counts: readonly number[] } {
  const made = trace.mounts.reduce((sum, mount) => sum + madeIn(mount), 0);
  const differing = trace.mounts.reduce((sum, mount) => sum + differencesOf(trace, mount), 0);
  const unmade = trace.mounts.flatMap(unmadeOf).length;
  const counts = [made + unmade, made - differing, differing, unmade];
  return { row: cells(trace.name, trace.covers, ...counts), counts };
}

/** How many steps there are in all: those that are reproduced, that differ, and that are not made. */
export function totals(traces: readonly Trace[]): readonly number[] {
  return traces.map((trace) => rowOf(trace).counts).reduce((sum, counts) => sum.map((n, at) => n + (counts[at] ?? 0)));
}

const escaped = (text: string): string => text.replaceAll('|', '\\|');

/** What stands in docs/traces.md below its introduction. */
export function summary(traces: readonly Trace[]): string {
  const unmade = traces.flatMap((trace) =>
    trace.mounts.flatMap((mount) =>
      unmadeOf(mount).map(({ label, because }) => cells(`${trace.name} / ${mount.title}`, escaped(label), because)),
    ),
  );
  const differing = knownDifferences.flatMap(({ mount, steps, reason }) =>
    steps.map((step) => cells(mount, escaped(step), reason)),
  );
  const rule = (columns: number): string => cells(...Array.from({ length: columns }, () => '---'));
  return [
    cells('run', 'what it covers', 'steps', 'the same', 'different', 'not made'),
    rule(6),
    ...traces.map((trace) => rowOf(trace).row),
    cells('all', '', ...totals(traces)),
    '\n## Steps that differ\n',
    cells('mount', 'step', 'why'),
    rule(3),
    ...differing,
    '\n## Steps that are not made\n',
    cells('mount', 'step', 'why'),
    rule(3),
    ...unmade,
    '',
  ].join('\n');
}
