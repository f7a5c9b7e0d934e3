"""A directory, read-only, by fuse-python: mirror_fuse_python.py DIRECTORY MOUNTPOINT"""
import os
import sys

import fuse

fuse.fuse_python_api = (0, 2)
root = os.fsencode(sys.argv.pop(1))


def place(path):
    return root + path.encode('utf-8', 'surrogateescape')


class Mirror(fuse.Fuse):
    def getattr(self, path):
        return os.lstat(place(path))

    def readdir(self, path, offset):
        for name in [b'.', b'..', *os.listdir(place(path))]:
            yield fuse.Direntry(os.fsdecode(name))

    def readlink(self, path):
        return os.fsdecode(os.readlink(place(path)))

    def read(self, path, size, offset):
        file = os.open(place(path), os.O_RDONLY)
        try:
            return os.pread(file, size, offset)
        finally:
            os.close(file)


server = Mirror(dash_s_do='setsingle')
server.parse(args=['-f', '-s', *sys.argv[1:]])
server.main()
