import * as fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mountAt } from '../../src/linux/mounts.ts';
import { cli, hook, needsFusermount, needsKernel, Place, until } from './place.ts';

// A server that answers INIT and nothing else: whatever this process asked of its own mount, it would wait forever.

let place: Place;

beforeEach(() => {
  place = new Place();
});
afterEach(() => place[Symbol.asyncDispose]());

test.for([
  ['unmount', 'await mounted.unmount();', 0],
  ['await using', 'await mounted[Symbol.asyncDispose]();', 0],
  ['abort and unmount', 'mounted.abort(); await mounted.closed; await mounted.unmount();', 0],
  ['its own end', 'process.exit(3);', 3],
  ['an exception', 'throw new Error();', 1],
  ['a signal', "process.kill(process.pid, 'SIGTERM');", 'SIGTERM'],
  ['unmountKernel by force', "await unmountKernel(at, 'force'); await mounted.closed;", 0],
  ['unmount twice', 'await Promise.all([mounted.unmount(), mounted.unmount()]); await mounted.unmount();', 0],
] as const)(
  'a process whose server never answers mounts, and ends its mount by %s',
  async ([, lines, code], context) => {
    needsKernel(context);
    const server = place.script(`const mounted = await mountKernel(silent(), at, { readers: 2 });\n${lines}`);
    expect(await server.ended).toBe(code);
    expect(mountAt(place.at)).toBeUndefined();
  },
);

test('umount -f ends a server that never answers', async (context) => {
  needsKernel(context);
  const server = place.script("await mountKernel(silent(), at);\nconsole.log('serving');");
  await server.says('serving');
  // Without -f it would ask for the directory's attributes first.
  expect(await place.run('umount', ['-f', place.at]).ended).toBe(0);
  expect(await server.ended).toBe(0);
});

test('a server that never answers ends while somebody waits for it, and the mount with it', async (context) => {
  needsKernel(context);
  const server = await place.mounted(place.script('await mountKernel(silent(), at);'));
  const user = place.run('ls', [path.join(place.at, 'file')]);
  await user.waitsForServer();
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe('SIGTERM');
  expect(await user.ended).not.toBe(0);
  expect(mountAt(place.at)).toBeUndefined();
});

test('a signal that comes as soon as the mount is there unmounts it', async (context) => {
  needsKernel(context);
  const server = await place.mounted(place.script('await mountKernel(silent(), at);'));
  server.child.kill('SIGINT');
  expect(await server.ended).toBe('SIGINT');
  expect(mountAt(place.at)).toBeUndefined();
});

test('a process with handleSignals off decides itself what a signal does', async (context) => {
  needsKernel(context);
  const lines = `
    const mounted = await mountKernel(silent(), at, { handleSignals: false });
    process.once('SIGTERM', () => mounted.unmount().then(() => console.log('own way')));
    console.log('serving');`;
  const server = place.script(lines);
  await server.says('serving');
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  expect(server.printed).toEqual(['serving', 'own way']);
});

test('notifications that wait for the server itself leave it the threads it answers with', async (context) => {
  needsKernel(context);
  // The name that is looked up is told only once a thread of libuv's has read a file, while six notifications wait for the
  // directory that Linux has locked for that lookup.
  const lines = `
    import { readFile } from 'node:fs/promises';
    const plain = memory();
    const server = new Proxy(plain, { get(_, name) {
      const method = plain[name];
      if (name !== 'lookup') return typeof method === 'function' ? method.bind(plain) : method;
      return async (request, asked) => {
        const notifications = Array.from({ length: 6 }, (_, index) =>
          mounted.session.client.invalEntry(1n, String(index)));
        all = Promise.allSettled(notifications);
        await new Promise((resolve) => setImmediate(resolve));
        await readFile('/proc/self/stat');
        return plain.lookup(request, asked);
      };
    } });
    let all;
    const mounted = await mountKernel(server, at);
    console.log('serving');
    process.stdin.once('data', async () => {
      await all;
      await mounted.unmount();
      process.exit();
    });`;
  const server = place.script(lines, { env: { ...process.env, UV_THREADPOOL_SIZE: '3' } });
  await server.says('serving');
  expect(await place.run('mkdir', [path.join(place.at, 'made')]).ended).toBe(0);
  server.tell('end');
  expect(await server.ended).toBe(0);
});

const node = [process.execPath, '--import', hook].join(' ');

test('a user who is not root mounts a server that never answers, and ends it in every way', async (context) => {
  needsFusermount(context);
  const program = path.join(place.scratch, 'program.mjs');
  fs.writeFileSync(
    program,
    `import { mountKernel } from ${JSON.stringify(path.resolve('src/index.ts'))};
     import { silent } from ${JSON.stringify(path.resolve('tests/kernel-mount/silent.mjs'))};
     const mounted = await mountKernel(silent(), process.argv[2]);
     if (process.argv[3] === 'unmount') await mounted.unmount();
     if (process.argv[3] === 'exit') process.exit(3);
     if (process.argv[3] === 'signal') process.kill(process.pid, 'SIGTERM');
     if (process.argv[3] === 'fusermount3') console.log('serving');`,
  );
  const script = `
    for how in unmount exit signal; do $nobody ${node} ${program} ${place.at} $how; echo $how $?; done
    $nobody ${node} ${program} ${place.at} fusermount3 > said &
    until grep -qs serving said; do kill -0 $! || exit 2; sleep 0.02; done
    $nobody fusermount3 -u ${place.at}; wait $!; echo fusermount3 $?
    grep -c ${place.at} /proc/self/mountinfo`;
  expect(await place.inNamespace(script)).toEqual(['unmount 0', 'exit 3', 'signal 143', 'fusermount3 0', '0']);
}, 90_000);

test('unmount --force of a user breaks the connection by fusectl, and says so where there is none', async (context) => {
  needsFusermount(context);
  const script = `
    $nobody ${node} ${cli} mount memory: ${place.at} > said &
    until grep -qs mounted said; do kill -0 $! || exit 2; sleep 0.02; done
    kill -STOP $!
    umount /sys/fs/fuse/connections 2> /dev/null
    $nobody ${node} ${cli} unmount --force ${place.at}; echo without fusectl $?
    mount -t fusectl fusectl /sys/fs/fuse/connections
    $nobody ${node} ${cli} unmount --force ${place.at}; echo with fusectl $?
    kill -CONT $!; wait $!; echo server $?
    grep -c ${place.at} /proc/self/mountinfo`;
  expect(await place.inNamespace(script)).toEqual([
    expect.stringMatching(/its server does not answer, and its connection cannot be broken: no .*; end the server, or/),
    'without fusectl 1',
    'with fusectl 0',
    'server 0',
    '0',
  ]);
}, 90_000);

test('the file of a server whose root is a file can be mounted over a file', async (context) => {
  needsKernel(context);
  const file = path.join(place.scratch, 'file');
  fs.writeFileSync(file, 'below');
  const lines = `
    const attr = { mode: 0o100644, nlink: 1, size: 5 };
    const server = { getattr: () => ({ attr }), open: () => ({}), read: () => new TextEncoder().encode('above') };
    await mountKernel(server, ${JSON.stringify(file)});`;
  const server = place.script(lines);
  await server.does(() => mountAt(file) !== undefined);
  expect(await fs.promises.readFile(file, 'utf8')).toBe('above');
  server.child.kill('SIGTERM');
  await server.ended;
  expect(fs.readFileSync(file, 'utf8')).toBe('below');
});

test('a mount whose directory is renamed above it is unmounted where it is now', async (context) => {
  needsKernel(context);
  const parent = path.join(place.scratch, 'parent');
  fs.mkdirSync(path.join(parent, 'mnt'), { recursive: true });
  const server = place.fusewire('mount', 'memory:', path.join(parent, 'mnt'));
  await server.says(`memory: is mounted at ${path.join(parent, 'mnt')}`);
  fs.renameSync(parent, path.join(place.scratch, 'moved'));
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(143);
  expect(place.mounts).toEqual([]);
});

test('a mount whose directory is removed in another mount namespace ends its server', async (context) => {
  needsKernel(context);
  const outside = place.run(
    'unshare',
    ['-m', '--propagation', 'private', 'sh', '-c', 'echo ready; read go; rmdir mnt'],
    {
      cwd: place.scratch,
    },
  );
  await outside.says('ready');
  const server = await place.mounted(place.fusewire('mount', 'memory:', place.at));
  await server.says(`memory: is mounted at ${place.at}`);
  outside.tell('go');
  expect(await outside.ended).toBe(0);
  expect(await server.ended).toBe(0);
  expect(place.mounts).toEqual([]);
});

test('readers that cannot all be opened are an error that leaves nothing mounted', async (context) => {
  needsKernel(context);
  const node = [process.execPath, '--import', hook, cli].join(' ');
  const limited = place.run('sh', ['-c', `ulimit -n 60; exec ${node} mount memory: ${place.at} --readers 99`]);
  expect(await limited.ended).toBe(1);
  expect(limited.printed.join()).toMatch('/dev/fuse cannot be opened: this process has too many open files');
  expect(mountAt(place.at)).toBeUndefined();
});

test('a mount under which another one lies is served on, and says so', async (context) => {
  needsKernel(context);
  const lines = `
    const mounted = await mountKernel(memory(), at);
    const over = await mountKernel(memory(), at);
    await mounted.unmount().catch((error) => console.log(error.message));
    await over.unmount();
    await mounted.unmount();`;
  const server = place.script(lines);
  expect(await server.ended).toBe(0);
  expect(server.printed).toEqual([`${place.at}: something else is mounted over it; unmount that first`]);
  expect(mountAt(place.at)).toBeUndefined();
});

test('every option of mount(8) is seen in the list of mounts', async (context) => {
  needsKernel(context);
  const seen = async (options: string): Promise<string | undefined> => {
    const server = await place.mounted(place.fusewire('mount', 'memory:', place.at, '-o', options));
    const lines = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    server.child.kill('SIGTERM');
    await server.ended;
    await until(() => mountAt(place.at) === undefined);
    return lines.find((line) => line.includes(` ${place.at} `))?.replace(/^.* \/ \S+ | (shared|master):\d+/g, '');
  };
  const set =
    'ro,noexec,noatime,sync,dirsync,suid,dev,allow_other,default_permissions,max_read=8192,fsname=a,subtype=b';
  expect(await seen(set)).toBe(
    'ro,noexec,noatime - fuse.b a ro,sync,dirsync,user_id=0,group_id=0,default_permissions,allow_other,max_read=8192',
  );
  const unset = 'ro,rw,noexec,exec,noatime,atime,sync,async,suid,nosuid,dev,nodev';
  expect(await seen(unset)).toBe('rw,nosuid,nodev,relatime - fuse.fusewire memory: rw,user_id=0,group_id=0');
});
