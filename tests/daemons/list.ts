import type { DaemonRow } from './row.ts';
import { encryptedOnes } from './rows/encrypted.ts';
import { examples } from './rows/examples.ts';
import { images } from './rows/images.ts';
import { languages } from './rows/languages.ts';
import { layers } from './rows/layers.ts';
import { remote } from './rows/remote.ts';

/** Every daemon that is tested: all of them by `npm run daemons`. */
export const daemons: readonly DaemonRow[] = [
  ...images,
  ...layers,
  ...encryptedOnes,
  ...remote,
  ...languages,
  ...examples,
];

/** Those of `npm test`: each library, and each way in. */
const inShortForm = new Set([
  ...['squashfuse', 'squashfuse_ll', 'fuse-overlayfs', 'gocryptfs', 'rclone mount', 'sshfs'],
  ...['hello', 'hello_ll', 'passthrough', 'passthrough_ll'].map((name) => `${name} (example)`),
  ...['bindfs', 'mergerfs', 'ntfs-3g'],
]);

/** What `npm test` runs. */
export const shortForm: readonly DaemonRow[] = daemons.filter(({ name }) => inShortForm.has(name));

/** What is no case for these tests, and why. */
export const notRun: readonly { readonly name: string; readonly from: string; readonly reason: string }[] = [
  { name: 'cuse (example)', from: 'libfuse3-dev', reason: 'a character device, not a file system' },
  {
    name: 'null (example)',
    from: 'libfuse3-dev',
    reason: 'it mounts on a file, and the mount point made for daemons is a directory',
  },
  { name: 'printcap (example)', from: 'libfuse3-dev', reason: 'it prints what INIT offers, and ends' },
  {
    name: 'hello_ll_uds (example)',
    from: 'libfuse3-dev',
    reason: 'it listens on a socket of its own, /tmp/libfuse-hello-ll.sock, and accepts nothing that says hello first',
  },
  {
    name: 'afuse',
    from: 'afuse',
    reason: 'it mounts other file systems, by the real kernel, when it is asked for them',
  },
  { name: 'httpdirfs', from: 'httpdirfs', reason: 'it ends at an empty file, mounted by Linux as well' },
  { name: 'loggedfs', from: 'loggedfs', reason: 'it mounts over the directory that it serves' },
];
