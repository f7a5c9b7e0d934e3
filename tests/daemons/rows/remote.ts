import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { connect, createServer } from 'node:net';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type DaemonRow, withoutRootTimes } from '../row.ts';

const sftpServer = '/usr/lib/openssh/sftp-server';
const serverStartMs = 20_000;

/** A port of the loopback interface that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

async function untilItListens(port: number): Promise<void> {
  for (const end = Date.now() + serverStartMs; Date.now() < end; await delay(50)) {
    const socket = connect(port, '127.0.0.1');
    const connected = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (connected) return;
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** Starts a program of the network that listens on a free port of the loopback interface, `PORT` in its arguments. */
async function serve(command: string, args: readonly string[]): Promise<{ port: number; end: () => Promise<void> }> {
  const port = await freePort();
  const child = spawn(
    command,
    args.map((arg) => arg.replace('PORT', String(port))),
    { stdio: 'ignore' },
  );
  const ended = once(child, 'close').catch(() => undefined);
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  try {
    await untilItListens(port);
  } catch (error) {
    await end();
    throw error;
  }
  return { port, end };
}

const rclone = (verb: 'mount' | 'mount2'): DaemonRow => ({
  name: `rclone ${verb}`,
  from: 'rclone',
  library: verb === 'mount' ? 'bazil/fuse' : 'go-fuse',
  ...(verb === 'mount' ? { attach: 'fusermount' } : {}),
  needs: ['rclone'],
  prepare: (content, scratch) => ({
    command: 'rclone',
    args: ['--config', `${scratch}/rclone.conf`, '--cache-dir', `${scratch}/cache`, verb, content, '{}'],
    inside: '/',
  }),
  comparable: withoutRootTimes,
  losses: {
    reasons: ['no symbolic links', 'control characters become pictures of them', 'no modes', 'no times of directories'],
    kept({ mode: _, mtime, mtimeNs, ...rest }) {
      if (rest.type === 'symlink' || [...rest.path].some((byte) => byte < ' ')) return null;
      return rest.type === 'directory' ? rest : { ...rest, mtime, mtimeNs };
    },
  },
});

const sshfs: DaemonRow = {
  name: 'sshfs',
  attach: 'fd',
  from: 'sshfs',
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

const davfs2: DaemonRow = {
  name: 'davfs2',
  from: 'davfs2',
  library: 'none: it speaks the protocol itself',
  needs: ['mount.davfs', 'rclone'],
  async prepare(content, scratch) {
    fs.writeFileSync(`${scratch}/davfs2.conf`, `ask_auth 0\nuse_locks 0\ncache_dir ${scratch}/cache\n`, {
      mode: 0o600,
    });
    fs.mkdirSync(`${scratch}/cache`);
    for (const directory of [path.dirname(scratch), scratch, `${scratch}/cache`]) fs.chmodSync(directory, 0o777); // it becomes user davfs2
    const { port, end } = await serve('rclone', [
      'serve',
      'webdav',
      content,
      '--addr',
      '127.0.0.1:PORT',
      '--read-only',
    ]);
    const options = `ro,conf=${scratch}/davfs2.conf`;
    return { command: 'mount.davfs', args: ['-o', options, `http://127.0.0.1:${port}/`, '{}'], inside: '/', end };
  },
  // Its listings are EINVAL, by Linux as well.
  serves: 'its own',
  own: [
    {
      name: 'a file reads as it is on the server',
      async check({ fs }) {
        assert.equal((await fs.promises.readFile('/links/first', 'utf8')).length, 'three names\n'.length);
      },
    },
  ],
  losses: null,
};

const s3Server = path.resolve(import.meta.dirname, '../../../build/s3-server/node_modules/s3rver/bin/s3rver.js');

const s3fs: DaemonRow = {
  name: 's3fs',
  from: 's3fs',
  needs: ['s3fs', s3Server],
  async prepare(_content, scratch) {
    const data = `${scratch}/data`;
    fs.mkdirSync(data);
    fs.writeFileSync(`${scratch}/password`, 'S3RVER:S3RVER', { mode: 0o600 });
    const bucket = ['--configure-bucket', 'bucket'];
    const { port, end } = await serve(process.execPath, [
      s3Server,
      '-d',
      data,
      '-p',
      'PORT',
      '-a',
      '127.0.0.1',
      ...bucket,
    ]);
    const options = `url=http://127.0.0.1:${port},use_path_request_style,sigv4,passwd_file=${scratch}/password`;
    return { command: 's3fs', args: ['bucket', '{}', '-f', '-o', options], inside: '/', end };
  },
  serves: 'its own',
  losses: {
    reasons: ['no hard links', 'no long names, nor characters that its requests or the server spell otherwise'],
    kept: (entry) =>
      /^[\w./-]*$/.test(entry.path) &&
      path.posix.basename(entry.path).length < 200 &&
      (entry.type !== 'file' || entry.nlink < 2)
        ? entry
        : null,
  },
};

/** Daemons that fetch what they serve. */
export const remote: readonly DaemonRow[] = [rclone('mount2'), rclone('mount'), sshfs, davfs2, s3fs];
