import {
  absentReply,
  attrReply,
  type Client,
  EINVAL,
  ENOENT,
  entryReply,
  FOPEN_KEEP_CACHE,
  type FuseServer,
  listDirents,
  type RequestOf,
  S_IFDIR,
  S_IFREG,
} from '../../src/server-library.ts';
import type { NotifyMethod } from './messages.ts';

/** By nodeid; the root is 1. */
const names = ['', '', 'file', 'other', 'dir', 'inner'];
const parents = [0n, 0n, 1n, 1n, 1n, 4n];
const forever = { entry: Infinity, attr: Infinity };

/** Serves a small tree, of which everything may be cached for ever, and notifies its kernel as asked. */
export class TreeServer implements FuseServer {
  readonly #contents = new Map([
    ['file', 'first content of file'],
    ['other', 'other'],
    ['inner', 'inner'],
  ]);
  #client: Client | null = null;
  #requests: string[] = [];

  init(_: unknown, client: Client) {
    this.#client = client;
    return { flags: ['EXPLICIT_INVAL_DATA' as const] };
  }

  lookup({ nodeid }: RequestOf<'LOOKUP'>, name: string) {
    this.#requests.push(`LOOKUP ${nodeid} ${name}`);
    const found = names.indexOf(name);
    const isThere = found > 1 && parents[found] === nodeid && (name === 'dir' || this.#contents.has(name));
    return isThere ? entryReply(BigInt(found), this.#attributes(BigInt(found)), forever) : absentReply(Infinity);
  }

  forget(nodeid: bigint): void {
    this.#requests.push(`FORGET ${nodeid}`);
  }

  getattr({ nodeid }: RequestOf<'GETATTR'>) {
    this.#requests.push(`GETATTR ${nodeid}`);
    return attrReply(this.#attributes(nodeid), Infinity);
  }

  open() {
    return { open_flags: FOPEN_KEEP_CACHE };
  }

  read({ nodeid, body }: RequestOf<'READ'>) {
    this.#requests.push(`READ ${nodeid}`);
    return this.#content(nodeid).slice(body.offset, body.offset + body.size);
  }

  readdir({ nodeid, body }: RequestOf<'READDIR'>) {
    const entries = names.flatMap((name, i) =>
      parents[i] === nodeid && this.#contents.has(name) ? [{ name, ...this.#attributes(BigInt(i)) }] : [],
    );
    return listDirents(entries, body);
  }

  /** Tells about another name in the directory, whose lock the kernel holds until this is answered. */
  unlink({ nodeid }: RequestOf<'UNLINK'>, name: string): void {
    this.#contents.delete(name);
    void this.#client?.invalEntry(nodeid, 'file').then(() => this.#requests.push('invalidated'));
    this.#requests.push(`UNLINK ${nodeid} ${name}`);
  }

  /** The requests since the last call. */
  take(): string[] {
    const taken = this.#requests;
    this.#requests = [];
    return taken;
  }

  /** Changes a file, or with null removes it, without telling the kernel. */
  set(name: string, content: string | null): void {
    if (content === null) this.#contents.delete(name);
    else this.#contents.set(name, content);
  }

  /** Sends a notification. @throws the kernel's errno; EINVAL before INIT */
  async notify(method: NotifyMethod, args: readonly unknown[]): Promise<unknown> {
    if (this.#client === null) throw EINVAL;
    const notify = this.#client[method] as (...args: unknown[]) => Promise<unknown>;
    return await notify.apply(this.#client, [...args]);
  }

  #attributes(nodeid: bigint) {
    const isDirectory = nodeid === 1n || nodeid === 4n;
    const mode = isDirectory ? S_IFDIR | 0o755 : S_IFREG | 0o644;
    return { ino: nodeid, mode, size: isDirectory ? 0 : this.#content(nodeid).length };
  }

  #content(nodeid: bigint): string {
    const content = this.#contents.get(names[Number(nodeid)] ?? '');
    if (content === undefined) throw ENOENT;
    return content;
  }
}
