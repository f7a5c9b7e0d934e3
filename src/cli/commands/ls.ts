import type { BigIntStats } from 'node:fs';
import { major, minor, S_IFBLK, S_IFCHR, S_IFMT } from '../../abi/linux.ts';
import type { Command, Context } from '../command.ts';
import { byteCount, columns } from '../format/columns.ts';
import { modeString } from '../format/mode.ts';
import { showName } from '../format/name.ts';
import { Owners } from '../format/owners.ts';
import { listTime } from '../format/time.ts';
import { baseName, join } from '../paths.ts';
import { type Entry, entryAt, readEntries } from '../tree.ts';

/** `fusewire ls`: as GNU ls, one name a line; `-l`, `-a`, `-d`, `-n`, `-h`, `-R` mean what they mean there. */
export const ls: Command = {
  name: 'ls',
  about: 'list directories',
  operands: '[PATH...]',
  options: {
    long: { type: 'boolean', short: 'l', about: 'mode, links, owner, group, size and time' },
    all: { type: 'boolean', short: 'a', about: 'also names that begin with a dot' },
    directory: { type: 'boolean', short: 'd', about: 'directories themselves, not what is in them' },
    numeric: { type: 'boolean', short: 'n', about: 'as -l, with numbers for owner and group' },
    human: { type: 'boolean', short: 'h', about: 'sizes in KiB, MiB, ...' },
    recursive: { type: 'boolean', short: 'R', about: 'directories below too' },
    json: { type: 'boolean', about: 'one JSON object a line, every field of stat(2)' },
  },
  run: list,
};

async function list(context: Context): Promise<void> {
  const { operands, options, output, mounted } = context;
  const paths = operands.length === 0 ? [Buffer.from('.')] : operands;
  const files: Entry[] = [];
  const directories: Entry[] = [];
  for (const path of paths) {
    try {
      const entry = await entryAt(mounted.fs, path, path);
      (entry.stats.isDirectory() && options.directory !== true ? directories : files).push(entry);
    } catch (error) {
      output.fail(path, error);
    }
  }
  await printEntries(context, files);
  let first = files.length === 0;
  const titles = paths.length > 1 || options.recursive === true;
  for (let directory = directories.shift(); directory !== undefined; directory = directories.shift()) {
    if (!first && options.json !== true) await output.line();
    first = false;
    directories.unshift(...(await listDirectory(context, directory, titles)));
  }
}

/** Lists one directory and returns those below that `-R` wants next. */
async function listDirectory(context: Context, directory: Entry, titled: boolean): Promise<Entry[]> {
  const { mounted, options, output } = context;
  const { path } = directory;
  try {
    const found = await readEntries(mounted.fs, path, (bad, error) => output.fail(bad, error));
    const shown = found.filter(({ name }) => options.all === true || name[0] !== 0x2e);
    const dots =
      options.all === true
        ? await Promise.all(
            ['.', '..'].map((dot) => entryAt(mounted.fs, join(path, Buffer.from(dot)), Buffer.from(dot))),
          )
        : [];
    if (titled && options.json !== true) await output.line(showName(path, output.isTerminal), ':');
    if (isLong(options) && options.json !== true) {
      const blocks = [...dots, ...shown].reduce((sum, { stats }) => sum + stats.blocks, 0n);
      await output.line(`total ${options.human === true ? byteCount(Number(blocks * 512n)) : blocks / 2n}`);
    }
    await printEntries(context, [...dots, ...shown]);
    return options.recursive === true ? shown.filter(({ stats }) => stats.isDirectory()) : [];
  } catch (error) {
    output.fail(path, error);
    return [];
  }
}

const isLong = (options: Context['options']): boolean => options.long === true || options.numeric === true;

async function printEntries({ options, output }: Context, entries: readonly Entry[]): Promise<void> {
  if (options.json === true) {
    for (const entry of entries) await output.line(JSON.stringify(jsonOf(entry)));
    return;
  }
  if (!isLong(options)) {
    for (const { name } of entries) await output.line(showName(name, output.isTerminal));
    return;
  }
  const owners = new Owners(options.numeric === true ? 'numbers' : 'names');
  const rows = entries.map((entry) => longRow(entry, owners, options.human === true));
  const lines = columns(rows, ['left', 'right', 'left', 'left', 'right', 'left']);
  for (const [at, { name, target }] of entries.entries()) {
    const arrow = target === null ? [] : [' -> ', showName(target, output.isTerminal)];
    await output.line(`${lines[at]} `, showName(name, output.isTerminal), ...arrow);
  }
}

function longRow({ stats }: Entry, owners: Owners, human: boolean): string[] {
  const mode = Number(stats.mode);
  return [
    modeString(mode),
    String(stats.nlink),
    owners.user(Number(stats.uid)),
    owners.group(Number(stats.gid)),
    isDevice(mode) ? deviceNumbers(stats) : human ? byteCount(Number(stats.size)) : String(stats.size),
    listTime(stats.mtimeNs / 1_000_000_000n, Date.now()),
  ];
}

const isDevice = (mode: number): boolean => (mode & S_IFMT) === S_IFCHR || (mode & S_IFMT) === S_IFBLK;
const deviceNumbers = ({ rdev }: BigIntStats): string => `${major(Number(rdev))}, ${minor(Number(rdev))}`;

/** Every field of stat(2). A name that is no UTF-8 comes as `nameBase64` too, since JSON cannot hold it. */
function jsonOf({ name, path, stats, target }: Entry): Record<string, unknown> {
  const text = (bytes: Buffer): string => bytes.toString();
  const lossy = Buffer.from(text(name)).equals(name) ? {} : { nameBase64: name.toString('base64') };
  return {
    name: text(name.equals(path) ? baseName(path) : name),
    ...lossy,
    path: text(path),
    type: modeString(Number(stats.mode))[0],
    mode: modeString(Number(stats.mode)),
    ...Object.fromEntries(
      (['ino', 'nlink', 'uid', 'gid', 'rdev', 'size', 'blksize', 'blocks'] as const).map((key) => [
        key,
        String(stats[key]),
      ]),
    ),
    ...Object.fromEntries((['atime', 'mtime', 'ctime'] as const).map((key) => [key, stats[key].toISOString()])),
    ...(target === null ? {} : { target: text(target) }),
  };
}
