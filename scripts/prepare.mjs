// Puts a clone into a state where it can run: dependencies, the Debian packages of the daemons, libfuse's examples, dist/.
// Uses Node's own modules only, because it runs before anything is installed. Each function does nothing when nothing is missing.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The repository's root. */
export const root = path.resolve(import.meta.dirname, '..');

/** The Debian packages of programs that tests compare with. */
const toolPackages = ['zip', 'unzip', 'util-linux', 'python3'];
const daemonPackages = [
  ...['squashfuse', 'squashfs-tools', 'fuse-overlayfs', 'gocryptfs', 'rclone', 'sshfs', 'openssh-sftp-server', 'fuse3'],
  ...['libfuse3-dev', 'gcc', 'libc6-dev', 'pkg-config'],
  ...['bindfs', 'mergerfs', 'unionfs-fuse', 'ntfs-3g'],
];
/** The Debian packages of the daemons that `npm run daemons` runs besides, and of what makes their images. */
export const moreDaemonPackages = [
  ...[
    'archivemount',
    'fuse-zip',
    'fuseiso',
    'genisoimage',
    'fuse2fs',
    'e2fsprogs',
    'casync',
    'wimtools',
    'exfat-fuse',
    'exfatprogs',
  ],
  ...['mhddfs', 'disorderfs', 'fuse-convmvfs', 'fuse-posixovl', 'ostree', 'avfs', 'encfs', 'securefs'],
  ...['davfs2', 's3fs', 'python3-fusepy', 'python3-fuse', 'python3-pyfuse3', 'python3-llfuse'],
  ...['libfuse-perl', 'perl', 'tar', 'mount'],
];
/** The Debian packages of the programs that use a kernel mount in tests/endurance/. */
export const endurancePackages = ['gcc', 'libc6-dev', 'git', 'tar', 'rsync', 'sqlite3', 'fuse3'];
/** The Debian packages of what `npm run bench` compares with and counts by. */
export const benchPackages = ['libfuse3-dev', 'gcc', 'libc6-dev', 'pkg-config', 'fuse3', 'strace'];
/** All that `npm test` runs. */
export const testPackages = [...new Set([...daemonPackages, ...toolPackages, ...endurancePackages])];
const examples = [
  ...['hello', 'hello_ll', 'passthrough', 'passthrough_fh', 'passthrough_ll', 'ioctl', 'poll'],
  ...['invalidate_path', 'notify_inval_entry', 'notify_inval_inode', 'notify_store_retrieve'],
];
// What libfuse's own build finds on Linux and tells its sources.
const exampleDefines = ['UTIMENSAT', 'POSIX_FALLOCATE', 'SETXATTR', 'COPY_FILE_RANGE'].map((name) => `-DHAVE_${name}`);
const exampleSources = '/usr/share/doc/libfuse3-dev/examples';

/** Runs a program in the repository with this process's output. Returns whether it succeeded. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
  });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** Runs a TypeScript program of the repository with this process's arguments, and ends as it ends. */
export function runProgram(file) {
  const args = ['--import', './scripts/run-typescript.mjs', file, ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

function output(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout.trim() : null;
}

const modifiedAt = (file) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** When anything in a folder last changed, removals included: folders change when an entry goes. */
function newestIn(folder) {
  const inside = fs.readdirSync(folder, { recursive: true }).map((name) => modifiedAt(path.join(folder, name)));
  return Math.max(modifiedAt(folder), ...inside);
}

/**
 * Installs what package-lock.json says unless node_modules matches it. Not by `npm ci`, which refuses a lock file without
 * the binaries of every other platform, and not every registry has those; `--no-save` leaves the lock file alone as well.
 *
 * @throws Error when it fails.
 */
export function installDependencies() {
  if (modifiedAt(`${root}/node_modules/.package-lock.json`) >= modifiedAt(`${root}/package-lock.json`)) return;
  console.log('Installing dependencies (npm install)');
  if (!run('npm', ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund']))
    throw new Error('npm install failed');
}

/** Installs Debian packages, those that tests run unless told otherwise, where this is root on Debian. What is missing afterwards makes tests skip. */
export function installDaemons(names = testPackages) {
  if (!fs.existsSync('/etc/debian_version')) return;
  const installed = (name) => output('dpkg-query', ['-W', '-f', `\${db:Status-Status}`, name]) === 'installed';
  const missing = names.filter((name) => !installed(name));
  if (missing.length === 0) return;
  if (process.getuid() !== 0) return console.log(`Not root, so not installed: ${missing.join(' ')}`);

  console.log(`Installing Debian packages: ${missing.join(' ')}`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  run('apt-get', ['-q', 'update'], options);
  const apt = (names) => run('apt-get', ['-q', 'install', '-y', '--no-install-recommends', ...names], options);
  if (apt(missing)) return;
  const failed = missing.filter((name) => !apt([name]));
  if (failed.length > 0) console.log(`Could not be installed: ${failed.join(' ')}`);
}

/** Installs a server of S3's protocol, for s3fs to talk to; it is no dependency of this project, so it has a folder of its own. */
export function installS3Server() {
  const folder = `${root}/build/s3-server`;
  if (fs.existsSync(`${folder}/node_modules/s3rver`)) return;
  console.log("Installing a server of S3's protocol (npm install s3rver)");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(`${folder}/package.json`, '{ "private": true }\n');
  run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--no-save', 's3rver@3.7.1']);
}

/** Compiles the example file systems that come with libfuse into build/libfuse-examples/. */
export function compileExamples() {
  const folder = `${root}/build/libfuse-examples`;
  if (examples.every((name) => fs.existsSync(`${folder}/${name}`))) return;
  const flags = output('pkg-config', ['fuse3', '--cflags', '--libs'])?.split(/\s+/);
  if (!flags || !fs.existsSync(exampleSources))
    return console.log("libfuse's examples cannot be compiled: no libfuse3-dev");

  console.log(`Compiling libfuse's examples: ${examples.join(' ')}`);
  fs.mkdirSync(`${folder}/source`, { recursive: true });
  for (const name of fs.readdirSync(exampleSources)) {
    const bytes = fs.readFileSync(`${exampleSources}/${name}`);
    const plain = name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    fs.writeFileSync(`${folder}/source/${name.replace(/\.gz$/, '')}`, plain);
  }
  for (const name of examples) {
    const compiled = run('gcc', [
      '-O1',
      '-w',
      ...exampleDefines,
      `${folder}/source/${name}.c`,
      '-o',
      `${folder}/${name}`,
      ...flags,
    ]);
    if (!compiled) console.log(`${name}.c does not compile`);
  }
}

/**
 * Builds dist/ anew, whatever its state.
 *
 * @throws Error when the compiler finds fault.
 */
export function build() {
  const started = new Date();
  fs.rmSync(`${root}/dist`, { recursive: true, force: true });
  if (!run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']))
    throw new Error('the build failed');
  fs.chmodSync(`${root}/dist/cli/main.js`, 0o755);
  fs.mkdirSync(`${root}/build`, { recursive: true });
  fs.writeFileSync(`${root}/build/built`, '');
  fs.utimesSync(`${root}/build/built`, started, started);
}

/** Builds dist/ when a source or the compiler's configuration changed since. */
export function buildIfStale() {
  const configuration = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  const changedAt = Math.max(newestIn(`${root}/src`), ...configuration.map((name) => modifiedAt(`${root}/${name}`)));
  if (fs.existsSync(`${root}/dist`) && modifiedAt(`${root}/build/built`) > changedAt) return;
  console.log('Building dist/ (tsc)');
  build();
}
