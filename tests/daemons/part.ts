import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';

/** Copies the part of a tree whose names, links and sizes everything can carry into a directory of its own, and returns that. */
export function part(content: string, into: string): string {
  fs.mkdirSync(into);
  for (const folder of ['many', 'sizes', 'modes']) execFileSync('cp', ['-a', `${content}/${folder}`, into]);
  for (const name of ['100m', 'sparse']) fs.rmSync(`${into}/sizes/${name}`, { force: true });
  return into;
}
