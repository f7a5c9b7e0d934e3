import { bench, do_not_optimize, group } from 'mitata';
import type { Mounted } from '../../src/mount.ts';
import { Thread } from '../../src/process/thread.ts';
import { walk } from '../../src/vfs/walk.ts';

const DIRECTORY = '/one/two/three/four';
const FILE = `${DIRECTORY}/file`;

/** Calls that ask no server, from the outermost to the part that finds it in a cache. */
export function cacheBenches({ fs, kernel, process, credentials }: Mounted): void {
  fs.mkdirSync(DIRECTORY, { recursive: true });
  fs.writeFileSync(FILE, new Uint8Array(1 << 20));
  const fd = fs.openSync(FILE, 'r');
  const [page, many] = [new Uint8Array(4096), new Uint8Array(1 << 17)];
  fs.readSync(fd, new Uint8Array(1 << 20), 0, 1 << 20, 0);
  const file = process.fds.file(fd);
  const task = new Thread(kernel.scheduler, process, credentials);

  group('cached', () => {
    bench('statSync', () => do_not_optimize(fs.statSync(FILE)));
    bench('promises.stat', () => fs.promises.stat(FILE));
    bench('walk, five components', () => {
      const step = walk(task, process, null, FILE, { follow: true }).next();
      if (!step.done) throw new Error('the walk sleeps, so something is not cached');
      step.value.release();
    });
    bench('readSync of 4 KiB', () => fs.readSync(fd, page, 0, page.length, 0));
    bench('tryRead of 4 KiB', () => fromCache(file.tryRead(page, 0)));
    bench('tryRead of 128 KiB', () => fromCache(file.tryRead(many, 0)));
  });
}

/** @throws Error when what is to be measured was not there */
function fromCache(count: number | undefined): void {
  if (count === undefined) throw new Error('not cached');
}
