import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Entry } from './digest.ts';
import { mountInKernel } from './kernel-mount.ts';

/** How a daemon is started on content that was prepared for it; `{}` in `args` is the mount point. */
export interface Start {
  readonly command: string;
  readonly args: readonly string[];
  /** Where in the mount the content is. */
  readonly inside: string;
}

/** What a daemon does not keep of a tree that is written to it. */
export interface Losses {
  /** One reason for each of the things that `kept` takes away. */
  readonly reasons: readonly string[];
  /** What of an entry comes back; null for one that cannot be written at all. */
  kept(entry: Entry): Partial<Entry> | null;
}

/** An unmodified program that the tests run twice: mounted by Linux, and attached to Fusewire. */
export interface DaemonRow {
  readonly name: string;
  /** Programs and files without which it cannot run. */
  readonly needs: readonly string[];
  /** Makes what it serves from the files in `content`. `scratch` is an empty directory to keep things in. */
  prepare(content: string, scratch: string): Start | Promise<Start>;
  /** What two mounts of the same content may show differently, with the reason in a comment; nothing when absent. */
  readonly comparable?: (entry: Entry) => Partial<Entry>;
  /** What writing loses; null for a daemon that is not writable. */
  readonly losses: Losses | null;
}

const examples = path.resolve(import.meta.dirname, '../../build/libfuse-examples');
const sftpServer = '/usr/lib/openssh/sftp-server';
const noLosses: Losses = { reasons: [], kept: (entry) => entry };

const squashfuse = (name: string): DaemonRow => ({
  name,
  needs: [name, 'mksquashfs'],
  prepare(content, scratch) {
    const image = `${scratch}/image.sqfs`;
    execFileSync('mksquashfs', [content, image, '-quiet', '-no-progress', '-comp', 'zstd', '-Xcompression-level', '1']);
    return { command: name, args: ['-f', image, '{}'], inside: '/' };
  },
  losses: null,
});

const rclone = (verb: 'mount' | 'mount2'): DaemonRow => ({
  name: `rclone ${verb}`,
  needs: ['rclone'],
  prepare: (content, scratch) => ({
    command: 'rclone',
    args: ['--config', `${scratch}/rclone.conf`, '--cache-dir', `${scratch}/cache`, verb, content, '{}'],
    inside: '/',
  }),
  // The root's times are when it was started.
  comparable: ({ mtime, mtimeNs, ctime, ...rest }) => (rest.path === '' ? rest : { ...rest, mtime, mtimeNs, ctime }),
  losses: {
    reasons: ['no symbolic links', 'control characters become pictures of them', 'no modes', 'no times of directories'],
    kept({ mode: _, mtime, mtimeNs, ...rest }) {
      if (rest.type === 'symlink' || [...rest.path].some((byte) => byte < ' ')) return null;
      return rest.type === 'directory' ? rest : { ...rest, mtime, mtimeNs };
    },
  },
});

const example = (
  name: string,
  start: (content: string) => Omit<Start, 'command'>,
  losses: Losses | null,
): DaemonRow => ({
  name,
  needs: [`${examples}/${name}`],
  prepare: (content) => ({ command: `${examples}/${name}`, ...start(content) }),
  losses,
});

const gocryptfs: DaemonRow = {
  name: 'gocryptfs',
  needs: ['gocryptfs'],
  async prepare(content, scratch) {
    const [cipher, password] = [`${scratch}/cipher`, `${scratch}/password`];
    fs.mkdirSync(cipher);
    fs.writeFileSync(password, 'correct horse\n');
    execFileSync('gocryptfs', ['-q', '-init', '-scryptn', '10', '-passfile', password, cipher]);
    const start: Start = {
      command: 'gocryptfs',
      args: ['-q', '-fg', '-passfile', password, cipher, '{}'],
      inside: '/',
    };
    if (fs.readdirSync(content).length > 0) {
      await using mount = await mountInKernel(start.command, start.args);
      await mount.fill(content);
    }
    return start;
  },
  losses: noLosses,
};

const fuseOverlayfs: DaemonRow = {
  name: 'fuse-overlayfs',
  needs: ['fuse-overlayfs'],
  prepare(content, scratch) {
    for (const name of ['upper', 'work']) fs.mkdirSync(`${scratch}/${name}`);
    const layers = `lowerdir=${content},upperdir=${scratch}/upper,workdir=${scratch}/work`;
    return { command: 'fuse-overlayfs', args: ['-f', '-o', layers, '{}'], inside: '/' };
  },
  // Of the names of a file it counts those that it was asked for so far, and Linux asks ahead (READDIRPLUS).
  comparable: ({ nlink, ...rest }) => (rest.type === 'file' ? rest : { ...rest, nlink }),
  losses: {
    reasons: ['it looks for a whiteout, .wh.NAME, which must be a name too'],
    kept: (entry) => (path.posix.basename(entry.path).length > 255 - '.wh.'.length ? null : entry),
  },
};

const sshfs: DaemonRow = {
  name: 'sshfs',
  needs: ['sshfs', sftpServer],
  prepare(content, scratch) {
    const ssh = `${scratch}/ssh`;
    fs.writeFileSync(ssh, `#!/bin/sh\nexec ${sftpServer}\n`, { mode: 0o755 });
    return { command: 'sshfs', args: ['-f', '-o', `ssh_command=${ssh}`, `localhost:${content}`, '{}'], inside: '/' };
  },
  losses: {
    reasons: ['SFTP 3 carries whole seconds', 'it refuses to read symbolic links that are absolute or go up'],
    kept: ({ mtimeNs: _, ...rest }) => (/^\/|\.\./.test(rest.target ?? '') ? null : rest),
  },
};

/** Every daemon that the tests run. */
export const daemons: readonly DaemonRow[] = [
  squashfuse('squashfuse'),
  squashfuse('squashfuse_ll'),
  fuseOverlayfs,
  gocryptfs,
  rclone('mount2'),
  rclone('mount'),
  sshfs,
  example('hello', () => ({ args: ['-f', '{}'], inside: '/' }), null),
  example('hello_ll', () => ({ args: ['-f', '{}'], inside: '/' }), null),
  example('passthrough', (content) => ({ args: ['-f', '{}'], inside: content }), noLosses),
  example('passthrough_ll', (content) => ({ args: ['-f', '-o', `source=${content}`, '{}'], inside: '/' }), noLosses),
];

/** Why a daemon cannot run here, or null when it can. */
export function whyNot({ needs }: DaemonRow): string | null {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const exists = (need: string): boolean =>
    path.isAbsolute(need) ? fs.existsSync(need) : folders.some((folder) => fs.existsSync(path.join(folder, need)));
  const missing = needs.filter((need) => !exists(need)).map((need) => path.basename(need));
  return missing.length === 0 ? null : `not installed: ${missing.join(', ')}`;
}
