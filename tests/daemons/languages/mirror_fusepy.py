"""A directory, read-only, by fusepy: mirror_fusepy.py DIRECTORY MOUNTPOINT"""
import os
import sys

from fusepy import FUSE, FuseOSError, Operations


class Mirror(Operations):
    def __init__(self, root):
        self.root = os.fsencode(root)

    def place(self, path):
        return self.root + path.encode('utf-8', 'surrogateescape')

    def getattr(self, path, fh=None):
        try:
            stat = os.lstat(self.place(path))
        except OSError as error:
            raise FuseOSError(error.errno)
        names = ('st_mode', 'st_nlink', 'st_uid', 'st_gid', 'st_size', 'st_blocks', 'st_atime', 'st_mtime', 'st_ctime')
        return {name: getattr(stat, name) for name in names}

    def readdir(self, path, fh):
        return ['.', '..', *(os.fsdecode(name) for name in os.listdir(self.place(path)))]

    def readlink(self, path):
        return os.fsdecode(os.readlink(self.place(path)))

    def open(self, path, flags):
        return os.open(self.place(path), flags)

    def read(self, path, size, offset, fh):
        return os.pread(fh, size, offset)

    def release(self, path, fh):
        os.close(fh)


FUSE(Mirror(sys.argv[1]), sys.argv[2], foreground=True, nothreads=True)
