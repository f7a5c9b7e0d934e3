import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type DaemonRow, type Losses, noLosses, wholeSeconds } from '../row.ts';

/** A daemon that shows a directory as it is, in its own way. */
const mirror = (
  name: string,
  row: Partial<DaemonRow> & Pick<DaemonRow, 'from'>,
  args: (content: string, scratch: string) => readonly string[],
): DaemonRow => ({
  name,
  needs: [name],
  prepare: (content, scratch) => ({ command: name, args: args(content, scratch), inside: '/' }),
  losses: noLosses,
  ...row,
});

const empty = (scratch: string, name: string): string => {
  fs.mkdirSync(`${scratch}/${name}`);
  return `${scratch}/${name}`;
};

const whiteoutNames: Losses = {
  reasons: ['it looks for a whiteout, .wh.NAME, which must be a name too'],
  kept: (entry) => (path.posix.basename(entry.path).length > 255 - '.wh.'.length ? null : entry),
};

/** Daemons that show directories of this machine: several as one, or one in another way. */
export const layers: readonly DaemonRow[] = [
  mirror(
    'fuse-overlayfs',
    {
      from: 'fuse-overlayfs',
      // Of the names of a file it counts those that it was asked for so far, and Linux asks ahead (READDIRPLUS).
      comparable: ({ nlink, ...rest }) => (rest.type === 'file' ? rest : { ...rest, nlink }),
      losses: whiteoutNames,
    },
    (content, scratch) => {
      const [upper, work] = [empty(scratch, 'upper'), empty(scratch, 'work')];
      return ['-f', '-o', `lowerdir=${content},upperdir=${upper},workdir=${work}`, '{}'];
    },
  ),
  mirror('bindfs', { from: 'bindfs' }, (content) => ['-f', content, '{}']),
  mirror('mergerfs', { from: 'mergerfs', library: 'libfuse 2, its own copy' }, (content) => ['-f', content, '{}']),
  mirror('unionfs-fuse', { from: 'unionfs-fuse' }, (content) => ['-f', `${content}=RW`, '{}']),
  mirror('mhddfs', { from: 'mhddfs' }, (content, scratch) => [`${content},${empty(scratch, 'second')}`, '{}', '-f']),
  mirror('disorderfs', { from: 'disorderfs' }, (content) => ['-f', '-q', content, '{}']),
  mirror('convmvfs', { from: 'fuse-convmvfs', losses: wholeSeconds }, (content) => [
    '{}',
    ...['-f', '-o', `srcdir=${content},icharset=iso-8859-1,ocharset=iso-8859-1`],
  ]),
  mirror('mount.posixovl', { from: 'fuse-posixovl', losses: null }, (content) => [
    // Beside a long name it has no room for the file that keeps its mode.
    ...['-F', '-S', `${content}/links`, '{}', '--', '-f'],
  ]),
  mirror('rofiles-fuse', { from: 'ostree', losses: null }, (content) => ['-f', content, '{}']),
  {
    name: 'avfsd',
    from: 'avfs',
    needs: ['avfsd', 'tar'],
    prepare(content, scratch) {
      const image = `${scratch}/image.tar`;
      execFileSync('tar', ['cf', image, '--hard-dereference', '-C', content, '.']);
      return { command: 'avfsd', args: ['-f', '{}'], inside: `${image}#` };
    },
    losses: null,
  },
];
