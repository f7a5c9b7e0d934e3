import * as fs from 'node:fs';
import path from 'node:path';

/** What is served: so many directories with so many small files each, and large files beside them. */
export interface TreeSize {
  readonly directories: number;
  readonly filesEach: number;
  readonly smallBytes: number;
  readonly largeFiles: number;
  readonly largeBytes: number;
}

/** The names in a tree, as paths from its root. */
export const directoryName = (at: number): string => `/d${at}`;
export const smallName = (directory: number, file: number): string => `/d${directory}/f${file}`;
export const largeName = (at: number): string => `/large${at}`;

/** Writes a tree into a directory of this machine. */
export function makeTree(root: string, size: TreeSize): void {
  const small = Buffer.alloc(size.smallBytes, 's');
  for (let directory = 0; directory < size.directories; directory++) {
    fs.mkdirSync(path.join(root, directoryName(directory)));
    for (let file = 0; file < size.filesEach; file++)
      fs.writeFileSync(path.join(root, smallName(directory, file)), small);
  }
  const large = Buffer.alloc(size.largeBytes, 'l');
  for (let at = 0; at < size.largeFiles; at++) fs.writeFileSync(path.join(root, largeName(at)), large);
  fs.mkdirSync(path.join(root, 'new'));
}
