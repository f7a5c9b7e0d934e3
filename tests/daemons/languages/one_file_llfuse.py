"""One file, by llfuse: one_file_llfuse.py MOUNTPOINT"""
import errno
import stat
import sys

import llfuse

NAME, CONTENT, INODE = b'said', b'by llfuse\n', llfuse.ROOT_INODE + 1


class OneFile(llfuse.Operations):
    def getattr(self, inode, ctx=None):
        entry = llfuse.EntryAttributes()
        entry.st_ino = inode
        entry.st_mode = stat.S_IFDIR | 0o755 if inode == llfuse.ROOT_INODE else stat.S_IFREG | 0o644
        entry.st_size = len(CONTENT) if inode == INODE else 0
        return entry

    def lookup(self, parent, name, ctx=None):
        if parent != llfuse.ROOT_INODE or name != NAME:
            raise llfuse.FUSEError(errno.ENOENT)
        return self.getattr(INODE)

    def opendir(self, inode, ctx):
        return inode

    def readdir(self, handle, start):
        if start == 0:
            yield NAME, self.getattr(INODE), 1

    def open(self, inode, flags, ctx):
        return inode

    def read(self, handle, offset, size):
        return CONTENT[offset:offset + size]


llfuse.init(OneFile(), sys.argv[1], set(llfuse.default_options))
try:
    llfuse.main(workers=1)
finally:
    llfuse.close()
