import { at as round, svg, svgText } from '../svg.ts';
import type { Sample } from './sample.ts';

const WIDTH = 760;
const HEIGHT = 320;
const LEFT = 60;
const RIGHT = 170;
const TOP = 30;
const BOTTOM = 30;
const MIB = 2 ** 20;
const STEPS = 4; // of the scale

const lines = [
  { kind: 'resident', title: 'the whole process' },
  { kind: 'heap', title: 'heap' },
  { kind: 'buffers', title: 'all buffers' },
  { kind: 'pages', title: 'cached pages' },
] as const;

/** Draws how memory went over time, as SVG. @throws RangeError when there is nothing to draw */
export function curve(title: string, samples: readonly Sample[]): string {
  const end = samples.at(-1)?.seconds ?? 0;
  if (end === 0) throw new RangeError('a curve needs two samples');
  const top = Math.max(...samples.map(({ resident }) => resident));
  const x = (seconds: number): number => LEFT + (seconds / end) * (WIDTH - LEFT - RIGHT);
  const y = (bytes: number): number => HEIGHT - BOTTOM - (bytes / top) * (HEIGHT - TOP - BOTTOM);
  const scale = Array.from({ length: STEPS + 1 }, (_, step) => (top * step) / STEPS);
  return svg({
    title,
    size: { width: WIDTH, height: HEIGHT },
    parts: [
      svgText(LEFT, TOP - 12, title, 'title'),
      ...scale.map((bytes) => `<path class="axis" d="M${LEFT} ${round(y(bytes))}H${WIDTH - RIGHT}"/>`),
      ...scale.map((bytes) => svgText(4, y(bytes) + 4, `${Math.round(bytes / MIB)} MiB`)),
      svgText(LEFT, HEIGHT - 8, '0 min'),
      svgText(WIDTH - RIGHT - 40, HEIGHT - 8, `${Math.round(end / 60)} min`),
      ...lines.map(({ kind }, at) => path(kind, at, samples, { x, y })),
      ...lines.map(({ title: name }, at) => svgText(WIDTH - RIGHT + 30, TOP + 20 * at + 4, name)),
      ...lines.map((_, at) => `<path class="${classOf(at)}" d="M${WIDTH - RIGHT + 6} ${TOP + 20 * at}h18"/>`),
    ],
  });
}

const classOf = (at: number): string => `line${at}`;

function path(
  kind: keyof Sample,
  at: number,
  samples: readonly Sample[],
  { x, y }: { readonly x: (seconds: number) => number; readonly y: (bytes: number) => number },
): string {
  const points = samples.map((sample) => `${round(x(sample.seconds))} ${round(y(sample[kind]))}`);
  return `<path class="${classOf(at)}" d="M${points.join('L')}"/>`;
}
