import type { Outcome, Prepared } from './outcome.ts';
import type { Step } from './script.ts';
import { isPlain as isPlainVariant, variantNamed } from './variants.ts';

/** Something that was not the same on both kernels, or not what its script expects. */
export interface Difference {
  readonly script: string;
  readonly variant: string;
  /** The step that showed it; null for what the end showed. */
  readonly step: Step | null;
  readonly kind: 'result' | 'expectation' | 'tree' | 'requests';
  readonly linux: string;
  readonly fusewire: string;
}

/** All differences of a script, in the order of its steps. Those behind the first may be consequences of it. */
export function differencesOf(script: Prepared, variant: string, linux: Outcome, fusewire: Outcome): Difference[] {
  const isPlain = isPlainVariant(variantNamed(variant));
  const comparable = variantNamed(variant).writeback === true ? withoutClock : (text: string): string => text;
  const found: Difference[] = [];
  const add = (step: Step | null, kind: Difference['kind'], left: string, right: string): void => {
    found.push({ script: script.name, variant, step, kind, linux: left, fusewire: right });
  };
  for (const [at, step] of script.steps.entries()) {
    const [left, right] = [comparable(linux.results[at] ?? ''), comparable(fusewire.results[at] ?? '')];
    if (left !== right) add(step, 'result', left, right);
    else if (isPlain && step.expected !== null && step.bind === null && left !== step.expected)
      add(step, 'expectation', left, right);
    if (!script.comparesRequests) continue;
    const asked = [linux, fusewire].map(({ requests }) => (requests.steps[at] ?? []).join('\n')) as [string, string];
    if (asked[0] !== asked[1]) add(step, 'requests', ...asked);
  }
  for (const [left, right] of unequal(linux.tree.map(comparable), fusewire.tree.map(comparable)))
    add(null, 'tree', left, right);
  if (script.comparesRequests) {
    for (const [left, right] of unequal(linux.requests.background, fusewire.requests.background)) {
      add(null, 'requests', left, right);
    }
  }
  if (linux.log.join('\n') !== fusewire.log.join('\n')) {
    add(null, 'requests', linux.log.join('\n'), fusewire.log.join('\n'));
  }
  return found;
}

/** A line in which times that are some clock's are no numbers; those that scripts set lie before. */
const withoutClock = (line: string): string => line.replace(/\b([amc]time)=\d{10,}\.\d+/g, '$1=clock');

/** The first lines at which two lists part. */
function unequal(left: readonly string[], right: readonly string[]): [string, string][] {
  const length = Math.max(left.length, right.length);
  for (let at = 0; at < length; at++) {
    if (left[at] !== right[at]) return [[left[at] ?? 'nothing', right[at] ?? 'nothing']];
  }
  return [];
}
