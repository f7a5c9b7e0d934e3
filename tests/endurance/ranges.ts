/** From one number to another, both included. */
export type Range = readonly [first: number, last: number];

/** Reads `0-9,14`. @throws TypeError for anything else */
export function parseRanges(text: string): Range[] {
  return text.split(',').map((part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined) throw new TypeError(`'${part}' is no range of operations; one looks like 0-9,14`);
    return [Number(first), Number(last)];
  });
}

/** The shortest ranges that hold ascending numbers. */
export function rangesOf(numbers: readonly number[]): Range[] {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

/** As {@link parseRanges} takes them. */
export const formatRanges = (ranges: readonly Range[]): string =>
  ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');

/**
 * Takes parts out of a failing list for as long as it still fails: halves first, single ones last, at most `attempts`
 * tries in all.
 */
export async function shrink(
  failing: readonly number[],
  fails: (numbers: readonly number[]) => Promise<boolean>,
  attempts: number,
): Promise<readonly number[]> {
  let kept = failing;
  let left = attempts;
  for (let size = Math.ceil(kept.length / 2); left > 0; size = Math.ceil(size / 2)) {
    // From the end, so that an index stays right when what is behind it goes.
    for (let start = kept.length - size; left > 0 && start > -size; start -= size) {
      const without = [...kept.slice(0, Math.max(0, start)), ...kept.slice(start + size)];
      left--;
      if (await fails(without)) kept = without;
    }
    if (size === 1) break;
  }
  return kept;
}
