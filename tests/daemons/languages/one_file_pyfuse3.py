"""One file, by pyfuse3: one_file_pyfuse3.py MOUNTPOINT"""
import errno
import stat
import sys

import pyfuse3
import trio

NAME, CONTENT, INODE = b'said', b'by pyfuse3\n', pyfuse3.ROOT_INODE + 1


class OneFile(pyfuse3.Operations):
    async def getattr(self, inode, ctx=None):
        entry = pyfuse3.EntryAttributes()
        entry.st_ino = inode
        entry.st_mode = stat.S_IFDIR | 0o755 if inode == pyfuse3.ROOT_INODE else stat.S_IFREG | 0o644
        entry.st_size = len(CONTENT) if inode == INODE else 0
        return entry

    async def lookup(self, parent, name, ctx=None):
        if parent != pyfuse3.ROOT_INODE or name != NAME:
            raise pyfuse3.FUSEError(errno.ENOENT)
        return await self.getattr(INODE)

    async def opendir(self, inode, ctx):
        return inode

    async def readdir(self, handle, start, token):
        if start == 0:
            pyfuse3.readdir_reply(token, NAME, await self.getattr(INODE), 1)

    async def open(self, inode, flags, ctx):
        return pyfuse3.FileInfo(fh=inode)

    async def read(self, handle, offset, size):
        return CONTENT[offset:offset + size]


pyfuse3.init(OneFile(), sys.argv[1], set(pyfuse3.default_options))
try:
    trio.run(pyfuse3.main)
finally:
    pyfuse3.close()
