import type { Value } from './calls/call.ts';

/** Makes one call and gives its line of text, or its errno's name. */
export type Perform = (call: string, ...args: readonly Value[]) => string;

const AT_FDCWD = -100;
const O_DIRECTORY = 0o200000;
const O_NONBLOCK = 0o4000;
const ENTRIES = 65_536; // bytes of a listing in one call
const CONTENT = 1 << 20; // bytes
/** More entries than a script makes: a listing without end is cut here. */
const MOST = 5_000;

/**
 * Everything that is in the file system, a line for each name: its attributes, and its content or target. Made of system
 * calls that are the same on both kernels; run at the end of each script, as root.
 */
export function dumpTree(perform: Perform): string[] {
  const lines: string[] = [];
  addDirectory(perform, '', lines);
  return lines;
}

function addDirectory(perform: Perform, path: string, lines: string[]): void {
  lines.push(`${path}/ ${perform('lstat', path === '' ? '/' : path)}`);
  for (const name of namesIn(perform, path === '' ? '/' : path)) {
    if (lines.length >= MOST) return;
    const place = `${path}/${name}`;
    const attributes = perform('lstat', place);
    const type = /^mode=0(\d+)\d{4} /.exec(attributes)?.[1];
    if (type === '4') addDirectory(perform, place, lines);
    else lines.push(`${place} ${attributes} ${contentOf(perform, place, type)}`);
  }
}

function contentOf(perform: Perform, path: string, type: string | undefined): string {
  if (type === '12') return perform('readlink', path);
  if (type !== '10') return '';
  const fd = perform('openat', AT_FDCWD, path, O_NONBLOCK, 0);
  if (!isNumber(fd)) return fd;
  const content = perform('read', Number(fd), CONTENT);
  perform('close', Number(fd));
  return content;
}

function namesIn(perform: Perform, path: string): string[] {
  const fd = perform('openat', AT_FDCWD, path, O_DIRECTORY, 0);
  if (!isNumber(fd)) return [fd];
  const names: string[] = [];
  for (;;) {
    const listed = perform('getdents', Number(fd), ENTRIES);
    const isOver = listed === 'end' || !listed.includes(':') || names.length > MOST;
    if (isOver) break;
    names.push(...listed.split(' ').map(nameOf));
  }
  perform('close', Number(fd));
  return names.filter((name) => name !== '.' && name !== '..');
}

/** The name in an entry as text: `name:type:ino:next`. */
function nameOf(entry: string): string {
  const shown = entry.split(':').slice(0, -3).join(':');
  return shown.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const isNumber = (text: string): boolean => /^\d+$/.test(text);
