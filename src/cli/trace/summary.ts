import { byteCount, columns, duration } from '../format/columns.ts';
import { between, type Life, total } from './lives.ts';

/** A table of all requests by opcode: how many, how many failed, and where their time went. */
export function summary(lives: readonly Life[]): string {
  const groups = new Map<string, Life[]>();
  for (const life of lives) groups.set(life.opcode, [...(groups.get(life.opcode) ?? []), life]);
  const rows = [...groups]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([opcode, group]) => [
      opcode,
      String(group.length),
      String(group.filter(({ error }) => error !== null).length),
      mean(group, (life) => between(life, 'queued', 'read')),
      mean(group, (life) => between(life, 'read', 'replied')),
      mean(group, total),
      byteCount(sum(group, ({ requestSize }) => requestSize)),
      byteCount(sum(group, ({ replySize }) => replySize)),
    ]);
  const head = ['request', 'count', 'errors', 'queue wait', 'server', 'whole life', 'sent', 'received'];
  const align = head.map((_, at) => (at === 0 ? 'left' : 'right') as 'left' | 'right');
  return `${columns([head, ...rows], align).join('\n')}\n`;
}

const sum = (lives: readonly Life[], value: (life: Life) => number): number =>
  lives.reduce((all, life) => all + value(life), 0);

function mean(lives: readonly Life[], value: (life: Life) => number | null): string {
  const known = lives.map(value).filter((time) => time !== null);
  return known.length === 0 ? '-' : duration(known.reduce((all, time) => all + time, 0) / known.length);
}
