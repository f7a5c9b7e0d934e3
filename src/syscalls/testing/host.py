"""Makes the system calls of scripts on Linux itself (x86-64, root).

Reads JSON [[step, ...], ...] and writes JSON [[result, ...], ...]: each case in a process of its own, with a tmpfs as
its root in a mount namespace of its own, so that nothing is left behind.
"""

import ctypes
import errno
import json
import os
import signal
import struct
import sys
import tempfile

libc = ctypes.CDLL(None, use_errno=True)

NUMBERS = dict(
    open=2, close=3, flock=73, lseek=8, pread=17, access=21, dup=32, dup2=33, fcntl=72, fsync=74, fdatasync=75, truncate=76,
    ftruncate=77, chdir=80, fchdir=81, rename=82, mkdir=83, rmdir=84, creat=85, link=86, unlink=87, symlink=88, chmod=90,
    fchmod=91, chown=92, fchown=93, lchown=94, umask=95, mknod=133, removexattr=197, lremovexattr=198, fremovexattr=199,
    openat=257, mkdirat=258, mknodat=259, fchownat=260, unlinkat=263, linkat=265, symlinkat=266, dup3=292, renameat2=316,
    posix_fadvise=221, sync_file_range=277, syncfs=306, fallocate=285, faccessat=439, fchmodat=452,
)
UTIME_NOW, UTIME_OMIT = 0x3FFFFFFF, 0x3FFFFFFE
CLONE_NEWNS, MS_REC, MS_PRIVATE, MS_RDONLY, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 0x20000, 0x4000, 1 << 18, 1, 4, 8, 32, 4096


class Failed(Exception):
    pass


def native(argument):
    if isinstance(argument, int):
        return ctypes.c_long(argument)
    return argument.encode("latin-1") if isinstance(argument, str) else argument


def syscall(number, *arguments):
    result = libc.syscall(ctypes.c_long(number), *[native(argument) for argument in arguments])
    if result < 0:
        raise Failed(name_of(ctypes.get_errno()))
    return result


def name_of(number):
    return "EOPNOTSUPP" if number == errno.EOPNOTSUPP else errno.errorcode[number]


def checked(result):
    if result < 0:
        raise Failed(name_of(ctypes.get_errno()))


def stat_field(number, arguments, field):
    buffer = ctypes.create_string_buffer(144)
    syscall(number, *[buffer if argument is None else argument for argument in arguments])
    dev, ino, nlink, mode, uid, gid, _, rdev, size, _, blocks = struct.unpack("QQQIIIIQqqq", buffer.raw[:72])
    atime, mtime = struct.unpack("qq", buffer.raw[72:88]), struct.unpack("qq", buffer.raw[88:104])
    return {
        "mode": "0%o" % mode, "type": "0%o" % (mode & 0o170000), "nlink": nlink, "uid": uid, "gid": gid, "size": size,
        "rdev": rdev, "atime": "%d.%d" % atime, "mtime": "%d.%d" % mtime,
    }[field]


def statx(dirfd, path, flags, mask):
    buffer = ctypes.create_string_buffer(256)
    syscall(332, dirfd, path, flags, mask, buffer)
    return "0%o" % (struct.unpack("H", buffer.raw[28:30])[0] & 0o170000)


def statfs(number, where):
    buffer = ctypes.create_string_buffer(120)
    syscall(number, where, buffer)
    return struct.unpack("q", buffer.raw[64:72])[0]


def read(number, fd, size, *offset):
    buffer = ctypes.create_string_buffer(size + 1)
    length = syscall(number, fd, buffer, size, *offset)
    return buffer.raw[:length].decode("latin-1")


def write(number, fd, text, *offset):
    data = str(text).encode("latin-1")
    return syscall(number, fd, data, len(data), *offset)


def vector(buffers):
    flat = [word for buffer in buffers for word in (ctypes.addressof(buffer), len(buffer) - 1)]
    return (ctypes.c_long * max(1, len(flat)))(*flat)


def parts(value):
    return [] if value == "" else str(value).split(",")


def readv(number, fd, sizes, *offset):
    buffers = [ctypes.create_string_buffer(int(size or 0) + 1) for size in parts(sizes)]
    syscall(number, fd, vector(buffers), len(buffers), *offset)
    return ",".join(buffer.raw.decode("latin-1").rstrip("\0") for buffer in buffers)


def writev(number, fd, texts, *offset):
    buffers = [ctypes.create_string_buffer(text.encode("latin-1")) for text in parts(texts)]
    return syscall(number, fd, vector(buffers), len(buffers), *offset)


def entries(fd, size):
    buffer = ctypes.create_string_buffer(size + 1)
    end, at, names = syscall(217, fd, buffer, size), 0, []
    while at < end:
        length = struct.unpack("H", buffer.raw[at + 16 : at + 18])[0]
        names.append(buffer.raw[at + 19 : at + length].split(b"\0")[0].decode("latin-1"))
        at += length
    return names


def names(fd):
    found = []
    while True:
        more = entries(fd, 4096)
        if not more:
            return ",".join(sorted(found))
        found += more


def readlink(number, *arguments):
    buffer = ctypes.create_string_buffer(4096)
    length = syscall(number, *arguments, buffer, 4096)
    return buffer.raw[:length].decode("latin-1")


def getcwd():
    buffer = ctypes.create_string_buffer(4096)
    length = syscall(79, buffer, 4096)
    return buffer.raw[: length - 1].decode("latin-1")


def timespec(word):
    if word in ("now", "omit"):
        return [0, UTIME_NOW if word == "now" else UTIME_OMIT]
    seconds, _, nanoseconds = str(word).partition(".")
    return [int(seconds), int(nanoseconds or 0)]


def utimensat(dirfd, path, atime, mtime, flags):
    times = (ctypes.c_long * 4)(*timespec(atime), *timespec(mtime))
    return syscall(280, dirfd, None if path == "NULL" else path, times, flags)


def getxattr(number, file, name, size):
    buffer = ctypes.create_string_buffer(max(1, size))
    length = syscall(number, file, name, buffer, size)
    return length if size == 0 else buffer.raw[:length].decode("latin-1")


def listxattr(number, file, size):
    buffer = ctypes.create_string_buffer(max(1, size))
    length = syscall(number, file, buffer, size)
    return length if size == 0 else buffer.raw[:length].decode("latin-1").replace("\0", ",")


def setxattr(number, file, name, value, flags):
    data = str(value).encode("latin-1")
    return syscall(number, file, name, data, len(data), flags)


def copy_file_range(fd_in, off_in, fd_out, off_out, length, flags):
    offsets = [None if off == "NULL" else ctypes.byref(ctypes.c_long(off)) for off in (off_in, off_out)]
    return syscall(326, fd_in, offsets[0], fd_out, offsets[1], length, flags)


def ioctl(fd, command, value):
    memory = (ctypes.c_int * 2)(value, 0)
    return syscall(16, fd, command, memory) or memory[0]


def poll(number, fd, events, timeout):
    pollfd = ctypes.create_string_buffer(struct.pack("ihh", fd, events, 0), 8)
    count = syscall(number, pollfd, 1, timeout)
    return "%d %d" % (count, struct.unpack("ihh", pollfd.raw)[2])


def become(effective, real=None):
    real = effective if real is None else real
    os.setresuid(0, 0, 0)
    os.setresgid(0, 0, 0)
    os.setgroups([effective])
    os.setresgid(real, effective, 0)
    os.setresuid(real, effective, 0)
    return 0


def mount(path, *options):
    checked(libc.mount(b"none", path.encode(), b"tmpfs", 0, b"mode=755"))
    return remount(path, *options)


def remount(path, *options):
    flags = (MS_RDONLY if "ro" in options else 0) | (MS_NOEXEC if "noexec" in options else 0) | (MS_NODEV if "nodev" in options else 0)
    if flags:
        checked(libc.mount(b"none", path.encode(), None, MS_REMOUNT | flags, b"mode=755"))
    return 0


def fcntl_lock(fd, command, kind, whence, start, length, pid=0):
    flock = ctypes.create_string_buffer(struct.pack("hhxxxxqqixxxx", kind, whence, start, length, pid), 32)
    syscall(72, fd, command, flock)
    if command not in (5, 36):
        return 0
    kind, whence, start, length, pid = struct.unpack("hhxxxxqqixxxx", flock.raw)
    return "%d %d %d %d %d" % (kind, whence, start, length, (pid > 0) - (pid < 0))


CALLS = {
    "fcntl_lock": fcntl_lock,
    "read": lambda *a: read(0, *a), "pread": lambda *a: read(17, *a),
    "write": lambda *a: write(1, *a), "pwrite": lambda *a: write(18, *a),
    "readv": lambda *a: readv(19, *a), "preadv": lambda *a: readv(295, *a),
    "writev": lambda *a: writev(20, *a), "pwritev": lambda *a: writev(296, *a),
    "stat": lambda path, field: stat_field(4, [path, None], field),
    "fstat": lambda fd, field: stat_field(5, [fd, None], field),
    "lstat": lambda path, field: stat_field(6, [path, None], field),
    "fstatat": lambda dirfd, path, flags, field: stat_field(262, [dirfd, path, None, flags], field),
    "statx": statx, "statfs": lambda path: statfs(137, path), "fstatfs": lambda fd: statfs(138, fd),
    "getdents": lambda fd, size: len(entries(fd, size)), "names": names,
    "readlink": lambda path: readlink(89, path), "readlinkat": lambda dirfd, path: readlink(267, dirfd, path),
    "getcwd": getcwd, "utimensat": utimensat, "futimens": lambda fd, *times: utimensat(fd, "NULL", *times, 0),
    "setxattr": lambda *a: setxattr(188, *a), "lsetxattr": lambda *a: setxattr(189, *a),
    "fsetxattr": lambda *a: setxattr(190, *a), "getxattr": lambda *a: getxattr(191, *a),
    "lgetxattr": lambda *a: getxattr(192, *a), "fgetxattr": lambda *a: getxattr(193, *a),
    "listxattr": lambda *a: listxattr(194, *a), "llistxattr": lambda *a: listxattr(195, *a),
    "flistxattr": lambda *a: listxattr(196, *a), "as": become, "copy_file_range": copy_file_range,
    "ioctl": ioctl, "poll": lambda *a: poll(7, *a), "mount": mount, "remount": remount,
}


def make(step, variables):
    arguments = [variables[a["variable"]] if isinstance(a, dict) else a for a in step["args"]]
    call = CALLS.get(step["call"])
    try:
        result = call(*arguments) if call else syscall(NUMBERS[step["call"]], *arguments)
    except Failed as failure:
        return str(failure)
    if step["bind"]:
        variables[step["bind"]] = result
    return str(result)


def run(steps, root):
    checked(libc.unshare(CLONE_NEWNS))
    checked(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None))
    checked(libc.mount(b"none", root.encode(), b"tmpfs", 0, b"mode=755"))
    os.chroot(root)
    os.chdir("/")
    os.umask(0o022)
    signal.alarm(10)
    variables = {}
    return [make(step, variables) for step in steps]


def run_apart(steps, root):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = run(steps, root)
        except (Failed, OSError) as error:
            answer = {"skip": "%s: %s" % (type(error).__name__, error)}
        os.write(writer, json.dumps(answer).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return json.loads(answer) if answer else {"skip": "the case's process died"}


with tempfile.TemporaryDirectory() as directory:
    json.dump([run_apart(steps, directory) for steps in json.load(sys.stdin)], sys.stdout)
