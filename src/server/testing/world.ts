import * as fuse from '../../abi/fuse.ts';
import { type MemoryOptions, memory } from '../memory.ts';
import { bytes, TestClient } from './client.ts';
import { Files } from './files.ts';

const ROOT = fuse.FUSE_ROOT_ID;

/** A clock that tests move. */
export const clock = { second: 1000 };

/** A file system in memory on that clock. */
export function start(options: MemoryOptions = {}): Files {
  return new Files(TestClient.of(memory({ now: () => ({ seconds: clock.second, nanoseconds: 5 }), ...options })));
}

/** Which times of an inode a step changes. */
export function touched(files: Files, nodeid: bigint, step: () => void): string[] {
  const before = files.stat(nodeid);
  clock.second++;
  step();
  const after = files.stat(nodeid);
  return (['atime', 'mtime', 'ctime'] as const).filter((time) => after[time] !== before[time]);
}

/** The tree that most tests start with: file, link (to 'file'), empty/, full/child, full/sub/. */
export interface World {
  readonly files: Files;
  readonly file: bigint;
  readonly link: bigint;
  readonly empty: bigint;
  readonly full: bigint;
  readonly child: bigint;
  readonly sub: bigint;
}

/** Makes that tree. */
export function build(options: MemoryOptions = {}): World {
  const files = start(options);
  const { nodeid: file, fh } = files.create(ROOT, 'file');
  files.write(file, fh, 0, bytes('contents'));
  files.release(file, fh);
  const full = files.mkdir(ROOT, 'full');
  const child = files.create(full, 'child');
  files.release(child.nodeid, child.fh);
  return {
    files,
    file,
    link: files.symlink(ROOT, 'link', 'file'),
    empty: files.mkdir(ROOT, 'empty'),
    full,
    child: child.nodeid,
    sub: files.mkdir(full, 'sub'),
  };
}
