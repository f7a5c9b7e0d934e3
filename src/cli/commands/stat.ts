import { major, minor } from '../../abi/linux.ts';
import { type Command, UsageError } from '../command.ts';
import { modeString, typeWords } from '../format/mode.ts';
import { quoteName } from '../format/name.ts';
import { Owners } from '../format/owners.ts';
import { statTime } from '../format/time.ts';
import { type Entry, entryAt } from '../tree.ts';

/** `fusewire stat`: everything stat(2) tells, laid out as stat(1) does. */
export const stat: Command = {
  name: 'stat',
  about: 'print all attributes of files',
  operands: 'PATH...',
  options: {},
  check: (operands) => {
    if (operands.length === 0) throw new UsageError('stat: which file?');
  },
  run: async ({ mounted, operands, output }) => {
    const owners = new Owners('names');
    for (const path of operands) {
      try {
        await output.write(describe(await entryAt(mounted.fs, path, path), owners));
      } catch (error) {
        output.fail(path, error);
      }
    }
  },
};

function describe({ path, target, stats }: Entry, owners: Owners): string {
  const mode = Number(stats.mode);
  const permissions = `${(mode & 0o7777).toString(8).padStart(4, '0')}/${modeString(mode)}`;
  const uid = `${String(stats.uid).padStart(5)}/${owners.user(Number(stats.uid)).padStart(8)}`;
  const gid = `${String(stats.gid).padStart(5)}/${owners.group(Number(stats.gid)).padStart(8)}`;
  const device = Number(stats.dev);
  const special =
    stats.isCharacterDevice() || stats.isBlockDevice()
      ? `     Device type: ${major(Number(stats.rdev))},${minor(Number(stats.rdev))}`
      : '';
  return [
    `  File: ${quoteName(path)}${target === null ? '' : ` -> ${quoteName(target)}`}`,
    `  Size: ${String(stats.size).padEnd(10)}\tBlocks: ${String(stats.blocks).padEnd(10)} IO Block: ${String(stats.blksize).padEnd(6)} ${typeWords(mode, stats.size)}`,
    `Device: ${major(device)},${minor(device)}\tInode: ${String(stats.ino).padEnd(11)} Links: ${stats.nlink}${special}`,
    `Access: (${permissions})  Uid: (${uid})   Gid: (${gid})`,
    `Access: ${statTime(stats.atimeNs)}`,
    `Modify: ${statTime(stats.mtimeNs)}`,
    `Change: ${statTime(stats.ctimeNs)}`,
    ' Birth: -',
    '',
  ].join('\n');
}
