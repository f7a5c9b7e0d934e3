import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SIZE = 1 << 20; // bytes

/** Why Linux has no block device to be made here; null when it has. */
export const loopProblem = (): string | null =>
  existsSync('/dev/loop-control') ? null : 'there is no /dev/loop-control';

/** A block device over an empty file, for fuseblk. */
export class LoopDevice {
  readonly path: string;
  readonly #directory: string;

  private constructor(device: string, directory: string) {
    this.path = device;
    this.#directory = directory;
  }

  /** @throws Error with what losetup(8) says */
  static make(): LoopDevice {
    const directory = mkdtempSync(path.join(tmpdir(), 'fusewire-loop-'));
    const image = path.join(directory, 'image');
    writeFileSync(image, '');
    truncateSync(image, SIZE);
    try {
      const device = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8', stdio: 'pipe' }).trim();
      return new LoopDevice(device, directory);
    } catch (error) {
      rmSync(directory, { recursive: true });
      throw error;
    }
  }

  /** Frees it once nothing is mounted from it. */
  remove(): void {
    execFileSync('losetup', ['--detach', this.path], { stdio: 'pipe' });
    rmSync(this.#directory, { recursive: true });
  }
}
