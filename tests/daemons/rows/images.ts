import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { mountInKernel } from '../kernel-mount.ts';
import { part } from '../part.ts';
import { type DaemonRow, type Losses, type Start, wholeSeconds, withoutRootTimes } from '../row.ts';

const run = (command: string, args: readonly string[], cwd?: string): void => {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], ...(cwd === undefined ? {} : { cwd }) });
};

/** A daemon that serves an image of the content. */
interface Image {
  readonly name: string;
  readonly from: string;
  readonly needs: readonly string[];
  /** The image's name in the scratch directory; its ending tells some programs what it is. */
  readonly image: string;
  make(content: string, image: string): void;
  /** The daemon's arguments; `{}` is the mount point, `IMAGE` the image. */
  readonly args: readonly string[];
  readonly comparable?: NonNullable<DaemonRow['comparable']>;
  readonly library?: string;
}

const imageRow = ({ image, make, args, ...row }: Image): DaemonRow => ({
  ...row,
  prepare(content, scratch) {
    const file = `${scratch}/${image}`;
    make(content, file);
    return { command: row.name, args: args.map((arg) => arg.replace('IMAGE', file)), inside: '/' };
  },
  losses: null,
});

const squashfuse = (name: string): DaemonRow =>
  imageRow({
    name,
    from: 'squashfuse',
    needs: [name, 'mksquashfs'],
    image: 'image.sqfs',
    make: (content, image) =>
      run('mksquashfs', [content, image, '-quiet', '-no-progress', '-comp', 'zstd', '-Xcompression-level', '1']),
    args: ['-f', 'IMAGE', '{}'],
  });

const MiB = 1 << 20;

/** An empty file of a size, for programs that make a file system in one. */
function emptyImage(image: string, size: number): void {
  fs.writeFileSync(image, '');
  fs.truncateSync(image, size);
}

/** A file system of another system, in an image: it is written through a mount of the real kernel. */
function foreign(
  row: Omit<DaemonRow, 'prepare'>,
  make: (image: string) => void,
  start: (image: string) => Omit<Start, 'inside'>,
): DaemonRow {
  return {
    ...row,
    async prepare(content, scratch) {
      const image = `${scratch}/image`;
      emptyImage(image, 64 * MiB);
      make(image);
      const { command, args } = start(image);
      if (fs.readdirSync(content).length > 0) {
        await using mount = await mountInKernel(command, args);
        await mount.fill(part(content, `${image}-content`));
      }
      return { command, args, inside: '/' };
    },
  };
}

const noLongLinks: Losses = {
  reasons: ['no symbolic links of more than a block'],
  kept: (entry) => ((entry.target?.length ?? 0) >= 1024 ? null : entry),
};

/** fuse2fs: what is copied, and not what it made itself. */
const ext4Losses: Losses = {
  reasons: [...wholeSeconds.reasons, ...noLongLinks.reasons],
  kept: (entry) => (entry.path === 'lost+found' || noLongLinks.kept(entry) === null ? null : wholeSeconds.kept(entry)),
};

/** A loop device over a file, since the daemon asks for a mount of a block device. */
function loopDevice(file: string): { device: string; end: () => Promise<void> } {
  const device = execFileSync('losetup', ['--find', '--show', file], { encoding: 'utf8' }).trim();
  return { device, end: async () => run('losetup', ['--detach', device]) };
}

const exfat: DaemonRow = {
  name: 'exfat-fuse',
  from: 'exfat-fuse',
  needs: ['mount.exfat-fuse', 'mkfs.exfat', 'losetup'],
  prepare(_content, scratch) {
    const image = `${scratch}/image`;
    emptyImage(image, 64 * MiB);
    run('mkfs.exfat', [image]);
    const { device, end } = loopDevice(image);
    return { command: 'mount.exfat-fuse', args: ['-d', device, '{}'], inside: '/', end };
  },
  serves: 'its own',
  losses: {
    reasons: ['no symbolic links', 'no modes of each file', 'no names with some characters', 'times of two seconds'],
    kept({ mode: _, mtime: _seconds, mtimeNs: _nanoseconds, ...rest }) {
      const isPlain = !/["*:<>?\\|]/.test(rest.path) && [...rest.path].every((byte) => byte >= ' ' && byte <= '~');
      return rest.type === 'symlink' || !isPlain || rest.path.startsWith('modes') ? null : rest;
    },
  },
};

/** Daemons that serve what an image or an archive holds. */
export const images: readonly DaemonRow[] = [
  squashfuse('squashfuse'),
  { ...squashfuse('squashfuse_ll'), attach: 'fd' },
  imageRow({
    name: 'archivemount',
    from: 'archivemount',
    needs: ['archivemount', 'tar'],
    image: 'image.tar',
    // It answers no more once it was asked for a hard link.
    make: (content, image) => run('tar', ['cf', image, '--hard-dereference', '-C', content, '.']),
    args: ['-f', '-o', 'readonly', 'IMAGE', '{}'],
    // The root's mode is the mount point's.
    comparable: ({ mode, ...rest }) => (rest.path === '' ? rest : { ...rest, mode }),
  }),
  imageRow({
    name: 'fuse-zip',
    from: 'fuse-zip',
    needs: ['fuse-zip', 'zip'],
    image: 'image.zip',
    make: (content, image) => run('zip', ['-qry', image, '.'], content),
    args: ['-f', '-r', 'IMAGE', '{}'],
    comparable: withoutRootTimes,
  }),
  imageRow({
    name: 'fuseiso',
    from: 'fuseiso',
    needs: ['fuseiso', 'genisoimage'],
    image: 'image.iso',
    make: (content, image) => run('genisoimage', ['-quiet', '-R', '-o', image, part(content, `${image}-content`)]),
    args: ['IMAGE', '{}', '-f'],
  }),
  imageRow({
    name: 'fuse2fs',
    from: 'fuse2fs',
    needs: ['fuse2fs', 'mke2fs'],
    image: 'image.ext4',
    make: (content, image) =>
      run('mke2fs', ['-q', '-t', 'ext4', '-d', part(content, `${image}-content`), image, '64M']),
    args: ['-f', 'IMAGE', '{}', '-o', 'ro,fakeroot'],
  }),
  imageRow({
    name: 'casync',
    from: 'casync',
    needs: ['casync'],
    image: 'image.caidx',
    make: (content, image) => run('casync', ['make', `--store=${image}.store`, image, content]),
    args: ['mount', '--store=IMAGE.store', 'IMAGE', '{}'],
  }),
  imageRow({
    name: 'wimmount',
    from: 'wimtools',
    needs: ['wimmount', 'wimcapture'],
    image: 'image.wim',
    make: (content, image) => run('wimcapture', [part(content, `${image}-content`), image, '--unix-data']),
    args: ['IMAGE', '{}', '--debug', '--unix-data'],
  }),
  foreign(
    { name: 'ntfs-3g', from: 'ntfs-3g', library: 'libfuse-lite, its own', needs: ['ntfs-3g', 'mkntfs'], losses: null },
    (image) => run('mkntfs', ['-q', '-F', '-Q', image]),
    (image) => ({ command: 'ntfs-3g', args: [image, '{}', '-o', 'no_detach'] }),
  ),
  foreign(
    {
      name: 'lowntfs-3g',
      from: 'ntfs-3g',
      library: 'libfuse-lite, its own',
      needs: ['lowntfs-3g', 'mkntfs'],
      losses: null,
    },
    (image) => run('mkntfs', ['-q', '-F', '-Q', image]),
    (image) => ({ command: 'lowntfs-3g', args: [image, '{}', '-o', 'no_detach'] }),
  ),
  exfat,
  foreign(
    { name: 'fuse2fs, written', from: 'fuse2fs', needs: ['fuse2fs', 'mke2fs'], losses: ext4Losses },
    (image) => run('mke2fs', ['-q', '-t', 'ext4', image]),
    (image) => ({ command: 'fuse2fs', args: ['-f', image, '{}', '-o', 'fakeroot'] }),
  ),
];
