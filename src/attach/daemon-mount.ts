import { EINVAL } from '../abi/errno.ts';
import { type FuseMountOptions, parseMountData } from '../fusefs/options.ts';
import { MS_NOEXEC, MS_RDONLY } from '../linux/mounts.ts';

/** What a daemon asked to be mounted as; the file system is used accordingly. */
export interface DaemonMount {
  readonly options: Partial<FuseMountOptions>;
  readonly noexec: boolean;
  /** What a list of mounts would call it. */
  readonly source: string | null;
  readonly subtype: string | null;
}

/** What a daemon passes to mount(2), as far as it matters. */
export interface MountCall {
  readonly source: string | null;
  readonly type: string;
  readonly flags: number;
  readonly data: string;
}

const TYPE = /^fuse(blk)?(?:\.(.*))?$/;

/** Whether mount(2) is asked for FUSE. */
export const isFuseType = (type: string): boolean => TYPE.test(type);

/** The descriptor that the data of a mount(2) says the device is; null when it says none. */
export function deviceIn(data: string): number | null {
  const option = data.split(',').findLast((part) => part.startsWith('fd='));
  return option === undefined || !/^fd=\d+$/.test(option) ? null : Number(option.slice('fd='.length));
}

/**
 * Reads a mount(2) of FUSE. nosuid and nodev change nothing here, where nobody is root of the machine.
 *
 * @throws EINVAL as Linux, for data that it does not take
 */
export function readMountCall({ source, type, flags, data }: MountCall): DaemonMount {
  const [, isBlock, subtype = null] = TYPE.exec(type) ?? [];
  // A size of blocks is an option of fuseblk alone.
  const parts = isBlock === undefined ? data : data.replaceAll(/(?:^|,)blksize=\d+(?=,|$)/g, '');
  const { fd: _, source: named, subtype: written, ...options } = parseMountData(parts);
  if (subtype !== null && written !== null) throw EINVAL;
  return {
    options: { ...options, readOnly: options.readOnly || (flags & MS_RDONLY) !== 0 },
    noexec: (flags & MS_NOEXEC) !== 0,
    source: source ?? named,
    subtype: subtype ?? written,
  };
}

/** The options of `fusermount3 -o`, which may have commas behind backslashes. */
const OPTION = /(?:\\.|[^,\\])+/g;

/**
 * Reads a command line of fusermount3, which mounts for the user who runs it: this process's. What it refuses or keeps for
 * itself is left out.
 */
export function readFusermount(
  args: readonly string[],
  ids: { readonly uid: number; readonly gid: number },
): DaemonMount {
  const given = args.flatMap((arg, index) => (args[index - 1] === '-o' ? (arg.match(OPTION) ?? []) : []));
  const words = given.map((option) => option.replaceAll(/\\(.)/g, '$1'));
  const valueIn = (name: string): string | null =>
    words.findLast((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
  const maxRead = Number(valueIn('max_read') ?? Number.NaN);
  return {
    options: {
      userId: ids.uid,
      groupId: ids.gid,
      allowOther: words.includes('allow_other'),
      defaultPermissions: words.includes('default_permissions'),
      readOnly: words.findLast((word) => word === 'ro' || word === 'rw') === 'ro',
      ...(Number.isSafeInteger(maxRead) ? { maxRead } : {}),
    },
    noexec: words.findLast((word) => word === 'exec' || word === 'noexec') === 'noexec',
    source: valueIn('fsname'),
    subtype: valueIn('subtype'),
  };
}
