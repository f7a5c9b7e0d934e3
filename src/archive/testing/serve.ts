import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ArchiveOptions, archive } from '../../archive.ts';
import { type Mounted, mount } from '../../mount.ts';
import type { FuseServer } from '../../server/fuse-server.ts';

/** Archives that were opened by a test. */
export class Bench {
  readonly log: string[] = [];
  readonly #mounts: Mounted[] = [];
  readonly #directory = fs.mkdtempSync(path.join(tmpdir(), 'fusewire-archive-test-'));

  /** Writes a file, and returns where. */
  file(bytes: Uint8Array): string {
    const file = path.join(this.#directory, 'archive');
    fs.writeFileSync(file, bytes);
    return file;
  }

  /** A server for an archive of these bytes; who asks for it ends it. */
  server(bytes: Uint8Array, options: ArchiveOptions = {}): Promise<FuseServer> {
    return archive(this.file(bytes), { log: (line) => this.log.push(line), ...options });
  }

  /** The file system of an archive of these bytes. */
  async mount(bytes: Uint8Array, options: ArchiveOptions = {}): Promise<Mounted['fs']['promises']> {
    const mounted = await mount(await this.server(bytes, options));
    this.#mounts.push(mounted);
    return mounted.fs.promises;
  }

  async end(): Promise<void> {
    for (const mounted of this.#mounts) await mounted.unmount();
    fs.rmSync(this.#directory, { recursive: true });
  }
}
