import type { Result } from './results.ts';
import { pairedRatio, type Spread } from './statistics.ts';
import { at, svg, svgText } from './svg.ts';
import { times, yardstick } from './table.ts';

/** One bar: how many times as fast somebody is as whom all are compared with. */
interface Bar {
  readonly label: string;
  readonly spread: Spread;
}

/** The bars of one way of a case. */
interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 760;
const LEFT = 40;
const RIGHT = 170;
const LINE = 16; // height of a bar with what is around it
const TITLE = 22; // height of a group's title
const AXIS = 24; // height of what is below
const DECADES = 3; // as many as are shown at most, on each side of 1

/**
 * Draws a case as SVG: for each way a bar for every subject, as long as it is times as fast as the yardstick, on a
 * logarithmic scale, with a line from the least to the most. What Fusewire serves or uses is in colour.
 *
 * @throws RangeError when nothing was compared
 */
export function plot(title: string, results: readonly Result[]): string {
  const groups = groupsOf(results);
  const [low, high] = decadesOf(groups);
  const scale = (WIDTH - LEFT - RIGHT) / (high - low);
  const x = (ratio: number): number =>
    LEFT + (Math.min(high, Math.max(low, Math.log10(Math.max(ratio, Number.MIN_VALUE)))) - low) * scale;
  const parts: string[] = [];
  let y = TITLE;
  for (const group of groups) {
    parts.push(svgText(LEFT, y + TITLE - 6, group.title, 'title'));
    y += TITLE;
    for (const bar of group.bars) {
      parts.push(drawBar(bar, y, x));
      y += LINE;
    }
  }
  const axis = drawAxis(low, high, x, y);
  const size = { width: WIDTH, height: y + AXIS };
  return svg({ title, size, parts: [svgText(LEFT, TITLE - 6, title, 'title'), ...axis, ...parts] });
}

function groupsOf(results: readonly Result[]): Group[] {
  const ways = [...new Set(results.map(({ way }) => way))];
  return ways.flatMap((title): Group[] => {
    const those = results.filter(({ way }) => way === title);
    const other = those.find(({ subject }) => subject === yardstick);
    if (other === undefined) return [];
    const bars = those.map(({ subject, rates }) => ({ label: subject, spread: pairedRatio(rates, other.rates) }));
    return [{ title, bars }];
  });
}

/** The powers of ten that the axis goes from and to; 1 is always between them. */
function decadesOf(groups: readonly Group[]): [low: number, high: number] {
  const medians = groups.flatMap(({ bars }) => bars.map(({ spread }) => spread.median));
  if (medians.length === 0) throw new RangeError('nothing was compared');
  const logarithms = medians.map((median) => Math.log10(Math.max(median, Number.MIN_VALUE)));
  const low = Math.floor(Math.min(-1, ...logarithms));
  const high = Math.ceil(Math.max(1, ...logarithms));
  return [Math.max(-DECADES, low), Math.min(DECADES, high)];
}

function drawBar({ label, spread }: Bar, y: number, x: (ratio: number) => number): string {
  const [from, to] = [Math.min(x(1), x(spread.median)), Math.max(x(1), x(spread.median))];
  const kind = 'abce'.includes(label) ? 'bar ours' : 'bar';
  const middle = y + LINE / 2;
  const told = `${times(spread.median)} (${times(spread.least)} to ${times(spread.most)})`;
  return [
    svgText(LEFT - 18, middle + 4, label),
    `<rect class="${kind}" x="${at(from)}" y="${y + 2}" width="${at(Math.max(1, to - from))}" height="${LINE - 4}"/>`,
    `<path class="spread" d="M${at(x(spread.least))} ${middle}H${at(x(spread.most))}"/>`,
    svgText(WIDTH - RIGHT + 8, middle + 4, told),
  ].join('\n');
}

function drawAxis(low: number, high: number, x: (ratio: number) => number, bottom: number): string[] {
  const lines: string[] = [];
  for (let decade = low; decade <= high; decade++) {
    const where = at(x(10 ** decade));
    lines.push(`<path class="${decade === 0 ? 'one' : 'axis'}" d="M${where} ${TITLE}V${bottom}"/>`);
    lines.push(svgText(Number(where) - 8, bottom + 16, `${10 ** decade}x`));
  }
  return lines;
}
