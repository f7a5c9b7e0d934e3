import { EINVAL } from '../abi/errno.ts';
import { S_IFDIR } from '../abi/linux.ts';
import { isFileType } from './attributes.ts';

/** How a FUSE file system is mounted. @see fuse(4) and mount.fuse3(8) for what each one means */
export interface FuseMountOptions {
  /** Type and permissions of the root before the server has told them. */
  readonly rootMode: number;
  /** Whose file system it is; nobody else enters without `allowOther`. */
  readonly userId: number;
  readonly groupId: number;
  /** Modes and owners are checked here, and no more by the server. */
  readonly defaultPermissions: boolean;
  readonly allowOther: boolean;
  /** The most bytes a READ asks for. */
  readonly maxRead: number;
  /** Nothing can be changed, and reading does not change atime. */
  readonly readOnly: boolean;
  /** Bytes of a block of the device that the server keeps its files on, which makes it Linux's fuseblk; null for no device. */
  readonly blockSize: number | null;
}

/** What a mount(2) of FUSE passes as its data. */
export interface FuseMountData extends FuseMountOptions {
  /** The descriptor of the device. */
  readonly fd: number;
  readonly source: string | null;
  readonly subtype: string | null;
}

const MIN_MAX_READ = 4096;
const DEFAULT_BLOCK_SIZE = 512;
const BLOCK_SIZES: ReadonlySet<number> = new Set([512, 1024, 2048, 4096]);
const MAX_U32 = 0xffffffff;

/**
 * Options with the defaults for those left out: a directory of uid and gid 0 that all may enter, checked by the server.
 * `maxRead` is raised to 4096 bytes.
 */
export function completeOptions(options: Partial<FuseMountOptions>): FuseMountOptions {
  return {
    rootMode: S_IFDIR,
    userId: 0,
    groupId: 0,
    defaultPermissions: false,
    allowOther: true,
    readOnly: false,
    blockSize: null,
    ...options,
    maxRead: Math.max(MIN_MAX_READ, options.maxRead ?? MAX_U32),
  };
}

/**
 * Reads the data of a mount(2): "fd=3,rootmode=40000,user_id=0,group_id=0,allow_other".
 * The last of a repeated option counts, except of source and subtype. `type` is the file system's: 'fuseblk' takes
 * blksize too.
 *
 * @throws EINVAL for an unknown or repeated option, a value missing, malformed or not wanted, or when one of fd,
 *   rootmode, user_id and group_id is missing; for blocks that are no power of two between 512 and 4096 bytes.
 * @see Linux fs/fuse/inode.c, fuse_parse_param() and fuse_get_tree()
 */
export function parseMountData(text: string, type: 'fuse' | 'fuseblk' = 'fuse'): FuseMountData {
  const found: Found = { source: null, subtype: null, readOnly: false, defaultPermissions: false, allowOther: false };
  for (const part of text.split(',')) {
    if (part !== '') readOption(found, part);
  }
  if (type === 'fuse' && found.blockSize !== undefined) throw EINVAL;
  const blockSize = type === 'fuse' ? null : (found.blockSize ?? DEFAULT_BLOCK_SIZE);
  if (blockSize !== null && !BLOCK_SIZES.has(blockSize)) throw EINVAL;
  const { fd, rootMode, userId, groupId } = found;
  if (fd === undefined || rootMode === undefined || userId === undefined || groupId === undefined) throw EINVAL;
  return { ...completeOptions({ ...found, blockSize }), fd, source: found.source, subtype: found.subtype };
}

type Found = Writable<Pick<FuseMountData, 'source' | 'subtype' | 'readOnly' | 'defaultPermissions' | 'allowOther'>> &
  Writable<Partial<FuseMountData>>;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What options that stand alone do. Those of all file systems that change nothing here are taken and ignored. */
const flags: Readonly<Record<string, (found: Found) => void>> = {
  default_permissions: (found) => {
    found.defaultPermissions = true;
  },
  allow_other: (found) => {
    found.allowOther = true;
  },
  ro: (found) => {
    found.readOnly = true;
  },
  rw: (found) => {
    found.readOnly = false;
  },
  sync: () => {},
  async: () => {},
  dirsync: () => {},
  lazytime: () => {},
  nolazytime: () => {},
  mand: () => {},
  nomand: () => {},
};

/** What options with a value do. */
const values: Readonly<Record<string, (found: Found, value: string) => void>> = {
  fd: (found, value) => {
    found.fd = unsigned(value);
  },
  rootmode: (found, value) => {
    found.rootMode = octal(value);
    if (!isFileType(found.rootMode)) throw EINVAL;
  },
  user_id: (found, value) => {
    found.userId = identity(value);
  },
  group_id: (found, value) => {
    found.groupId = identity(value);
  },
  max_read: (found, value) => {
    found.maxRead = unsigned(value);
  },
  blksize: (found, value) => {
    found.blockSize = unsigned(value);
  },
  source: (found, value) => {
    if (found.source !== null) throw EINVAL;
    found.source = value;
  },
  subtype: (found, value) => {
    if (found.subtype !== null) throw EINVAL;
    found.subtype = value;
  },
};

function readOption(found: Found, part: string): void {
  const equals = part.indexOf('=');
  if (equals === -1) {
    if (!Object.hasOwn(flags, part)) throw EINVAL;
    flags[part]?.(found);
    return;
  }
  const key = part.slice(0, equals);
  if (!Object.hasOwn(values, key)) throw EINVAL;
  values[key]?.(found, part.slice(equals + 1));
}

function octal(text: string): number {
  if (!/^[0-7]+$/.test(text)) throw EINVAL;
  return inRange(Number.parseInt(text, 8));
}

/** A number as the kernel's kstrtouint() reads it with base 0: decimal, 0x for hexadecimal, 0 for octal. */
function unsigned(text: string): number {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return inRange(Number.parseInt(text, 16));
  if (/^0[0-7]*$/.test(text)) return octal(text);
  if (/^[1-9][0-9]*$/.test(text)) return inRange(Number(text));
  throw EINVAL;
}

/** A uid or gid; the highest number means none. */
function identity(text: string): number {
  const id = unsigned(text);
  if (id === MAX_U32) throw EINVAL;
  return id;
}

function inRange(value: number): number {
  if (value > MAX_U32) throw EINVAL;
  return value;
}
