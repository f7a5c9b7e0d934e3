import { duration } from '../format/columns.ts';
import { between, type Life, total } from './lives.ts';

/**
 * One request's life in a line: when it began, what it was, how long it waited to be read, how long the server took,
 * and how it ended.
 */
export function lifeLine(life: Life, began: number): string {
  const names = life.names.map((name) => JSON.stringify(name)).join(' ');
  const what = `${life.opcode} node ${life.nodeid}${names === '' ? '' : ` ${names}`}`;
  const stages = [
    stage('held', between(life, 'created', 'queued'), 0.05),
    stage('queue', between(life, 'queued', 'read'), 0),
    stage('server', between(life, 'read', 'replied'), 0),
    life.steps.has('interrupted') ? 'interrupted' : '',
  ].filter((text) => text !== '');
  const end = life.error ?? (life.replySize > 0 ? `${life.replySize} bytes` : 'no reply');
  const at = ((life.steps.get('created') ?? life.steps.get('queued') ?? began) - began).toFixed(2).padStart(9);
  return `${at} ms  #${String(life.unique).padEnd(5)} ${what.padEnd(36)} ${stages.join(', ').padEnd(34)} ${duration(total(life)).padStart(8)}  ${end}`;
}

const stage = (name: string, time: number | null, least: number): string =>
  time === null || time < least ? '' : `${name} ${duration(time)}`;
