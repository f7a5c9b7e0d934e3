/**
 * An error number as the kernel sees it: a shared constant, thrown without a stack and compared with `===`.
 * The door that knows the system call and the path turns it into an error for its callers.
 */
export class Errno {
  readonly code: string;
  readonly number: number;
  readonly text: string;

  constructor(code: string, number: number, text: string) {
    this.code = code;
    this.number = number;
    this.text = text;
  }

  /** `ENOENT: no such file or directory` */
  toString(): string {
    return `${this.code}: ${this.text}`;
  }
}

const known = new Map<number, Errno>();

function errno(code: string, number: number, text: string): Errno {
  const made = new Errno(code, number, text);
  known.set(number, made);
  return made;
}

/**
 * The constant for a positive error number.
 * FUSE servers may answer any number up to 511 and Linux hands it to the program as it is: one without a name gets
 * a constant of its own here, always the same one.
 */
export function errnoOf(number: number): Errno {
  return known.get(number) ?? errno(`E${number}`, number, `unknown error ${number}`);
}

/** Every error number that has a name. */
export const allErrnos = (): readonly Errno[] => [...known.values()].filter(({ code }) => !/^E\d+$/.test(code));

export const EPERM = errno('EPERM', 1, 'operation not permitted');
export const ENOENT = errno('ENOENT', 2, 'no such file or directory');
export const ESRCH = errno('ESRCH', 3, 'no such process');
export const EINTR = errno('EINTR', 4, 'interrupted system call');
export const EIO = errno('EIO', 5, 'i/o error');
export const ENXIO = errno('ENXIO', 6, 'no such device or address');
export const E2BIG = errno('E2BIG', 7, 'argument list too long');
export const ENOEXEC = errno('ENOEXEC', 8, 'exec format error');
export const EBADF = errno('EBADF', 9, 'bad file descriptor');
export const ECHILD = errno('ECHILD', 10, 'no child processes');
export const EAGAIN = errno('EAGAIN', 11, 'resource temporarily unavailable');
export const ENOMEM = errno('ENOMEM', 12, 'not enough memory');
export const EACCES = errno('EACCES', 13, 'permission denied');
export const EFAULT = errno('EFAULT', 14, 'bad address in system call argument');
export const ENOTBLK = errno('ENOTBLK', 15, 'block device required');
export const EBUSY = errno('EBUSY', 16, 'resource busy or locked');
export const EEXIST = errno('EEXIST', 17, 'file already exists');
export const EXDEV = errno('EXDEV', 18, 'cross-device link not permitted');
export const ENODEV = errno('ENODEV', 19, 'no such device');
export const ENOTDIR = errno('ENOTDIR', 20, 'not a directory');
export const EISDIR = errno('EISDIR', 21, 'illegal operation on a directory');
export const EINVAL = errno('EINVAL', 22, 'invalid argument');
export const ENFILE = errno('ENFILE', 23, 'file table overflow');
export const EMFILE = errno('EMFILE', 24, 'too many open files');
export const ENOTTY = errno('ENOTTY', 25, 'inappropriate ioctl for device');
export const ETXTBSY = errno('ETXTBSY', 26, 'text file is busy');
export const EFBIG = errno('EFBIG', 27, 'file too large');
export const ENOSPC = errno('ENOSPC', 28, 'no space left on device');
export const ESPIPE = errno('ESPIPE', 29, 'invalid seek');
export const EROFS = errno('EROFS', 30, 'read-only file system');
export const EMLINK = errno('EMLINK', 31, 'too many links');
export const EPIPE = errno('EPIPE', 32, 'broken pipe');
export const EDOM = errno('EDOM', 33, 'numerical argument out of domain');
export const ERANGE = errno('ERANGE', 34, 'result too large');
export const EDEADLK = errno('EDEADLK', 35, 'resource deadlock avoided');
export const ENAMETOOLONG = errno('ENAMETOOLONG', 36, 'name too long');
export const ENOLCK = errno('ENOLCK', 37, 'no locks available');
export const ENOSYS = errno('ENOSYS', 38, 'function not implemented');
export const ENOTEMPTY = errno('ENOTEMPTY', 39, 'directory not empty');
export const ELOOP = errno('ELOOP', 40, 'too many symbolic links encountered');
export const ENOMSG = errno('ENOMSG', 42, 'no message of desired type');
export const EIDRM = errno('EIDRM', 43, 'identifier removed');
export const ECHRNG = errno('ECHRNG', 44, 'channel number out of range');
export const EL2NSYNC = errno('EL2NSYNC', 45, 'level 2 not synchronized');
export const EL3HLT = errno('EL3HLT', 46, 'level 3 halted');
export const EL3RST = errno('EL3RST', 47, 'level 3 reset');
export const ELNRNG = errno('ELNRNG', 48, 'link number out of range');
export const EUNATCH = errno('EUNATCH', 49, 'protocol driver not attached');
export const ENOCSI = errno('ENOCSI', 50, 'no CSI structure available');
export const EL2HLT = errno('EL2HLT', 51, 'level 2 halted');
export const EBADE = errno('EBADE', 52, 'invalid exchange');
export const EBADR = errno('EBADR', 53, 'invalid request descriptor');
export const EXFULL = errno('EXFULL', 54, 'exchange full');
export const ENOANO = errno('ENOANO', 55, 'no anode');
export const EBADRQC = errno('EBADRQC', 56, 'invalid request code');
export const EBADSLT = errno('EBADSLT', 57, 'invalid slot');
export const EBFONT = errno('EBFONT', 59, 'bad font file format');
export const ENOSTR = errno('ENOSTR', 60, 'device not a stream');
export const ENODATA = errno('ENODATA', 61, 'no data available');
export const ETIME = errno('ETIME', 62, 'timer expired');
export const ENOSR = errno('ENOSR', 63, 'out of streams resources');
export const ENONET = errno('ENONET', 64, 'machine is not on the network');
export const ENOPKG = errno('ENOPKG', 65, 'package not installed');
export const EREMOTE = errno('EREMOTE', 66, 'object is remote');
export const ENOLINK = errno('ENOLINK', 67, 'link has been severed');
export const EADV = errno('EADV', 68, 'advertise error');
export const ESRMNT = errno('ESRMNT', 69, 'srmount error');
export const ECOMM = errno('ECOMM', 70, 'communication error on send');
export const EPROTO = errno('EPROTO', 71, 'protocol error');
export const EMULTIHOP = errno('EMULTIHOP', 72, 'multihop attempted');
export const EDOTDOT = errno('EDOTDOT', 73, 'RFS specific error');
export const EBADMSG = errno('EBADMSG', 74, 'bad message');
export const EOVERFLOW = errno('EOVERFLOW', 75, 'value too large for defined data type');
export const ENOTUNIQ = errno('ENOTUNIQ', 76, 'name not unique on network');
export const EBADFD = errno('EBADFD', 77, 'file descriptor in bad state');
export const EREMCHG = errno('EREMCHG', 78, 'remote address changed');
export const ELIBACC = errno('ELIBACC', 79, 'can not access a needed shared library');
export const ELIBBAD = errno('ELIBBAD', 80, 'accessing a corrupted shared library');
export const ELIBSCN = errno('ELIBSCN', 81, '.lib section in a.out corrupted');
export const ELIBMAX = errno('ELIBMAX', 82, 'attempting to link in too many shared libraries');
export const ELIBEXEC = errno('ELIBEXEC', 83, 'cannot exec a shared library directly');
export const EILSEQ = errno('EILSEQ', 84, 'illegal byte sequence');
export const ERESTART = errno('ERESTART', 85, 'interrupted system call should be restarted');
export const ESTRPIPE = errno('ESTRPIPE', 86, 'streams pipe error');
export const EUSERS = errno('EUSERS', 87, 'too many users');
export const ENOTSOCK = errno('ENOTSOCK', 88, 'socket operation on non-socket');
export const EDESTADDRREQ = errno('EDESTADDRREQ', 89, 'destination address required');
export const EMSGSIZE = errno('EMSGSIZE', 90, 'message too long');
export const EPROTOTYPE = errno('EPROTOTYPE', 91, 'protocol wrong type for socket');
export const ENOPROTOOPT = errno('ENOPROTOOPT', 92, 'protocol not available');
export const EPROTONOSUPPORT = errno('EPROTONOSUPPORT', 93, 'protocol not supported');
export const ESOCKTNOSUPPORT = errno('ESOCKTNOSUPPORT', 94, 'socket type not supported');
export const EOPNOTSUPP = errno('EOPNOTSUPP', 95, 'operation not supported');
export const EPFNOSUPPORT = errno('EPFNOSUPPORT', 96, 'protocol family not supported');
export const EAFNOSUPPORT = errno('EAFNOSUPPORT', 97, 'address family not supported');
export const EADDRINUSE = errno('EADDRINUSE', 98, 'address already in use');
export const EADDRNOTAVAIL = errno('EADDRNOTAVAIL', 99, 'address not available');
export const ENETDOWN = errno('ENETDOWN', 100, 'network is down');
export const ENETUNREACH = errno('ENETUNREACH', 101, 'network is unreachable');
export const ENETRESET = errno('ENETRESET', 102, 'network dropped connection on reset');
export const ECONNABORTED = errno('ECONNABORTED', 103, 'software caused connection abort');
export const ECONNRESET = errno('ECONNRESET', 104, 'connection reset by peer');
export const ENOBUFS = errno('ENOBUFS', 105, 'no buffer space available');
export const EISCONN = errno('EISCONN', 106, 'socket is already connected');
export const ENOTCONN = errno('ENOTCONN', 107, 'socket is not connected');
export const ESHUTDOWN = errno('ESHUTDOWN', 108, 'cannot send after transport endpoint shutdown');
export const ETOOMANYREFS = errno('ETOOMANYREFS', 109, 'too many references: cannot splice');
export const ETIMEDOUT = errno('ETIMEDOUT', 110, 'connection timed out');
export const ECONNREFUSED = errno('ECONNREFUSED', 111, 'connection refused');
export const EHOSTDOWN = errno('EHOSTDOWN', 112, 'host is down');
export const EHOSTUNREACH = errno('EHOSTUNREACH', 113, 'host is unreachable');
export const EALREADY = errno('EALREADY', 114, 'connection already in progress');
export const EINPROGRESS = errno('EINPROGRESS', 115, 'operation now in progress');
export const ESTALE = errno('ESTALE', 116, 'stale file handle');
export const EUCLEAN = errno('EUCLEAN', 117, 'structure needs cleaning');
export const ENOTNAM = errno('ENOTNAM', 118, 'not a XENIX named type file');
export const ENAVAIL = errno('ENAVAIL', 119, 'no XENIX semaphores available');
export const EISNAM = errno('EISNAM', 120, 'is a named type file');
export const EREMOTEIO = errno('EREMOTEIO', 121, 'remote I/O error');
export const EDQUOT = errno('EDQUOT', 122, 'disk quota exceeded');
export const ENOMEDIUM = errno('ENOMEDIUM', 123, 'no medium found');
export const EMEDIUMTYPE = errno('EMEDIUMTYPE', 124, 'wrong medium type');
export const ECANCELED = errno('ECANCELED', 125, 'operation canceled');
export const ENOKEY = errno('ENOKEY', 126, 'required key not available');
export const EKEYEXPIRED = errno('EKEYEXPIRED', 127, 'key has expired');
export const EKEYREVOKED = errno('EKEYREVOKED', 128, 'key has been revoked');
export const EKEYREJECTED = errno('EKEYREJECTED', 129, 'key was rejected by service');
export const EOWNERDEAD = errno('EOWNERDEAD', 130, 'owner died');
export const ENOTRECOVERABLE = errno('ENOTRECOVERABLE', 131, 'state not recoverable');
export const ERFKILL = errno('ERFKILL', 132, 'operation not possible due to RF-kill');
export const EHWPOISON = errno('EHWPOISON', 133, 'memory page has hardware error');

/** Between the kernel's functions alone: a signal came, and the call is made anew if its handler wants that, or is EINTR. */
export const ERESTARTSYS = errno('ERESTARTSYS', 512, 'interrupted system call is made anew');
