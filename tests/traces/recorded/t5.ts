import { bytes, dirent } from '../../scenarios/replies.ts';
import { concatenated } from '../../scenarios/wire-format.ts';
import { answering, answeringAsUsual, packed } from '../moves.ts';
import { BASE } from '../settings.ts';
import type { Trace } from '../trace.ts';

/** The last byte of a lock without an end. */
const WHOLE = 2n ** 63n - 1n;

/** Odd directories, links, extended attributes, locks, commands and names. */
export const t5: Trace = {
  name: 't5',
  covers: 'odd directories, links, extended attributes, locks, commands and names',
  mounts: [
    {
      title: 'all',
      server: { flags: [...BASE, 'POSIX_LOCKS', 'FLOCK_LOCKS'] },
      play: [
        answering('READDIR', concatenated([dirent('ok', 5, 1), dirent('a/b', 6, 2)])),
        `
      ## READDIR slash second
        open / O_RDONLY|O_DIRECTORY|O_CLOEXEC -> $dir
        getdents $dir 32768 -> ok:8:5:1
        getdents $dir 32768 -> ok:8:5:1
        close $dir
          OPENDIR n=1 flags=0x18000 open_flags=0x0
          READDIR n=1 fh=101 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18000
          READDIR n=1 fh=101 off=1 size=32768 read_flags=0x0 lo=0 flags=0x18000
          RELEASEDIR n=1 fh=101 flags=0x18000 release_flags=0 lo=0
      `,
        answering('READDIR', concatenated([dirent('ok', 5, 1), dirent('', 6, 2)])),
        `
      ## READDIR zero namelen second
        open / O_RDONLY|O_DIRECTORY|O_CLOEXEC -> $dir
        getdents $dir 32768 -> ok:8:5:1
        getdents $dir 32768 -> ok:8:5:1
        close $dir
          OPENDIR n=1 flags=0x18000 open_flags=0x0
          READDIR n=1 fh=102 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18000
          READDIR n=1 fh=102 off=1 size=32768 read_flags=0x0 lo=0 flags=0x18000
          RELEASEDIR n=1 fh=102 flags=0x18000 release_flags=0 lo=0
      `,
        answering('READDIR', dirent('', 6, 2)),
        `
      ## READDIR zero namelen first
        open / O_RDONLY|O_DIRECTORY|O_CLOEXEC -> $dir
        getdents $dir 32768 -> EIO
        getdents $dir 32768 -> EIO
        close $dir
          OPENDIR n=1 flags=0x18000 open_flags=0x0
          READDIR n=1 fh=103 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18000
          READDIR n=1 fh=103 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18000
          RELEASEDIR n=1 fh=103 flags=0x18000 release_flags=0 lo=0
      `,
        answering('READDIR', dirent('x'.repeat(1025), 6, 2)),
        `
      ## READDIR 1025 name
        open / O_RDONLY|O_DIRECTORY|O_CLOEXEC -> $dir
        getdents $dir 32768
        close $dir
          OPENDIR n=1 flags=0x18000 open_flags=0x0
          READDIR n=1 fh=104 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18000
          RELEASEDIR n=1 fh=104 flags=0x18000 release_flags=0 lo=0
      `,
        answering('READDIR', dirent('x'.repeat(4095), 6, 2)),
        `
      ## READDIR 4095 name
        open / O_RDONLY|O_DIRECTORY|O_CLOEXEC -> $dir
        getdents $dir 32768
        close $dir
          OPENDIR n=1 flags=0x18000 open_flags=0x0
          READDIR n=1 fh=105 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18000
          RELEASEDIR n=1 fh=105 flags=0x18000 release_flags=0 lo=0
      `,
        answering('READDIR', dirent('x'.repeat(4096), 6, 2)),
        `
      ## READDIR 4096 name
        open / O_RDONLY|O_DIRECTORY|O_CLOEXEC -> $dir
        getdents $dir 32768 -> EIO
        close $dir
          OPENDIR n=1 flags=0x18000 open_flags=0x0
          READDIR n=1 fh=106 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18000
          RELEASEDIR n=1 fh=106 flags=0x18000 release_flags=0 lo=0
      `,
        answering('READDIR', concatenated([dirent('ok', 5, 1), dirent('trunc', 6, 2).subarray(0, 27)])),
        `
      ## READDIR truncated second record
        open / O_RDONLY|O_DIRECTORY|O_CLOEXEC -> $dir
        getdents $dir 32768 -> ok:8:5:1
        close $dir
          OPENDIR n=1 flags=0x18000 open_flags=0x0
          READDIR n=1 fh=107 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18000
          RELEASEDIR n=1 fh=107 flags=0x18000 release_flags=0 lo=0
      `,
        answering('READDIR', dirent('ok', 5, 1).subarray(0, 20)),
        `
      ## READDIR <24 bytes
        open / O_RDONLY|O_DIRECTORY|O_CLOEXEC -> $dir
        getdents $dir 32768 -> end
        close $dir
          OPENDIR n=1 flags=0x18000 open_flags=0x0
          READDIR n=1 fh=108 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18000
          RELEASEDIR n=1 fh=108 flags=0x18000 release_flags=0 lo=0
      `,
        answering('READDIR', concatenated([dirent('ino0', 0, 1), dirent('in\0nul', 7, 2)])),
        `
      ## READDIR ino 0, NUL in name
        open / O_RDONLY|O_DIRECTORY|O_CLOEXEC -> $dir
        getdents $dir 32768 -> ino0:8:0:1 in:8:7:2
        close $dir
          OPENDIR n=1 flags=0x18000 open_flags=0x0
          READDIR n=1 fh=109 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18000
          RELEASEDIR n=1 fh=109 flags=0x18000 release_flags=0 lo=0
      `,
        answering('READDIR', concatenated([packed('QQII', 5, 2n ** 63n, 5, 8), bytes('off63\0\0\0')])),
        `
      ## READDIR off 2^63
        open / O_RDONLY|O_DIRECTORY|O_CLOEXEC -> $dir
        getdents $dir 32768 -> off63:8:5:-9223372036854775808
        close $dir
          OPENDIR n=1 flags=0x18000 open_flags=0x0
          READDIR n=1 fh=110 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18000
          RELEASEDIR n=1 fh=110 flags=0x18000 release_flags=0 lo=0
      `,
        answering('READDIR', new Uint8Array(32769)),
        `
      ## READDIR longer than asked
        open / O_RDONLY|O_DIRECTORY|O_CLOEXEC -> $dir
        getdents $dir 32768 -> EIO
        close $dir
          OPENDIR n=1 flags=0x18000 open_flags=0x0
          READDIR n=1 fh=111 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18000
          reply refused: EINVAL
          RELEASEDIR n=1 fh=111 flags=0x18000 release_flags=0 lo=0
      `,
        answering('READDIR', dirent('ok', 5, 1, 99)),
        `
      ## READDIR odd d_type
        open / O_RDONLY|O_DIRECTORY|O_CLOEXEC -> $dir
        getdents $dir 32768 -> ok:3:5:1
        close $dir
          OPENDIR n=1 flags=0x18000 open_flags=0x0
          READDIR n=1 fh=112 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18000
          RELEASEDIR n=1 fh=112 flags=0x18000 release_flags=0 lo=0
      `,
        answeringAsUsual,
        `
      ~
        symlink tgt /l
      `,
        answering('READLINK', new Uint8Array(0)),
        `
      ## READLINK empty
        readlink /l -> ''
          LOOKUP n=1 'l'
          READLINK n=2
      `,
        answering('READLINK', bytes('a'.repeat(4095))),
        `
      ## READLINK 4095
        readlink /l
          LOOKUP n=1 'l'
          READLINK n=2
      `,
        answering('READLINK', bytes('a'.repeat(4096))),
        `
      ## READLINK 4096
        readlink /l -> EIO
          LOOKUP n=1 'l'
          READLINK n=2
          reply refused: EINVAL
      `,
        answering('READLINK', bytes('ab\0cd')),
        `
      ## READLINK with NUL
        readlink /l -> ab
          LOOKUP n=1 'l'
          READLINK n=2
      `,
        answeringAsUsual,
        `
      ~
        open /f O_CREAT|O_WRONLY 0666 -> $fd
        write $fd abcdefghij -> 10
        close $fd
      `,
        answering('GETXATTR', packed('II', 5, 0)),
        `
      ## getxattr (size=128 request) 8 byte value
        getxattr /f user.a 128 -> \\x05\\x00\\x00\\x00\\x00\\x00\\x00\\x00
          LOOKUP n=1 'f'
          GETXATTR n=3 size=128 'user.a'
      `,
        answering('GETXATTR', new Uint8Array(200)),
        `
      ## getxattr reply 200 > 128
        getxattr /f user.a 128 -> EIO
          LOOKUP n=1 'f'
          GETXATTR n=3 size=128 'user.a'
          reply refused: EINVAL
      `,
        answering('GETXATTR', packed('II', 100_000, 0)),
        `
      ## getxattr probe 100000
        getxattr /f user.a 0 -> 65536
          LOOKUP n=1 'f'
          GETXATTR n=3 size=0 'user.a'
      `,
        answering('GETXATTR', bytes('abc')),
        `
      ## getxattr probe 3 bytes reply
        getxattr /f user.a 0 -> EIO
          LOOKUP n=1 'f'
          GETXATTR n=3 size=0 'user.a'
          reply refused: EINVAL
      `,
        answering('GETXATTR', new Uint8Array(0)),
        `
      ## getxattr size 100 empty reply
        getxattr /f user.a 100 -> ''
          LOOKUP n=1 'f'
          GETXATTR n=3 size=100 'user.a'
      `,
        answeringAsUsual,
        `
      ## getxattr size 70000
        getxattr /f user.a 70000 -> ENODATA
          LOOKUP n=1 'f'
          GETXATTR n=3 size=65536 'user.a'
      `,
        answering('LISTXATTR', packed('II', 100_000, 0)),
        `
      ## listxattr probe 100000
        listxattr /f 0 -> 65536
          LOOKUP n=1 'f'
          LISTXATTR n=3 size=0
      `,
        answering('LISTXATTR', bytes('user.a')),
        `
      ## listxattr w/o NUL
        listxattr /f 100 -> EIO
          LOOKUP n=1 'f'
          LISTXATTR n=3 size=100
      `,
        answering('LISTXATTR', bytes('\0user.a\0')),
        `
      ## listxattr empty name
        listxattr /f 100 -> EIO
          LOOKUP n=1 'f'
          LISTXATTR n=3 size=100
      `,
        answering('LISTXATTR', bytes('user.a\0')),
        `
      ## listxattr ok
        listxattr /f 100 -> user.a\\x00
          LOOKUP n=1 'f'
          LISTXATTR n=3 size=100
      `,
        answeringAsUsual,
        `
      ## setxattr 65537
        setxattr /f user.a x*65537 0 -> E2BIG
      ## setxattr name 300
        setxattr /f a*305 x 0 -> ERANGE
      ## setxattr CREATE
        setxattr /f user.a x 1
          LOOKUP n=1 'f'
          SETXATTR n=3 size=1 flags=1 'user.a'
      ## setxattr REPLACE
        setxattr /f user.a x 2
          LOOKUP n=1 'f'
          SETXATTR n=3 size=1 flags=2 'user.a'
      ## setxattr no namespace
        setxattr /f abc x 0
          LOOKUP n=1 'f'
          SETXATTR n=3 size=1 flags=0 'abc'
      ## setxattr trusted
        setxattr /f trusted.abc x 0
          LOOKUP n=1 'f'
          SETXATTR n=3 size=1 flags=0 'trusted.abc'
      ## setxattr security
        setxattr /f security.abc x 0
          LOOKUP n=1 'f'
          SETXATTR n=3 size=1 flags=0 'security.abc'
      ## setxattr system.foo
        setxattr /f system.foo x 0
          LOOKUP n=1 'f'
          SETXATTR n=3 size=1 flags=0 'system.foo'
      ## setxattr user on symlink
        lsetxattr /l user.abc x 0 -> EPERM
          LOOKUP n=1 'l'
      ~
        open /f O_RDWR -> $fd
      `,
        answering('GETLK', packed('QQII', 0, WHOLE, 2, 0)),
        `
      ## GETLK unlck
        fcntl_lock $fd F_GETLK F_WRLCK 0 0 0 -> type=2 whence=0 start=0 len=0 pid=0
          GETLK n=3 fh=114 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=0 lk_flags=0
      `,
        answering('GETLK', packed('QQII', 0, WHOLE, 1, 0)),
        `
      ## GETLK wrlck to eof
        fcntl_lock $fd F_GETLK F_WRLCK 0 0 0 -> type=1 whence=0 start=0 len=0 pid=0
          GETLK n=3 fh=114 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=0 lk_flags=0
      `,
        answering('GETLK', packed('QQII', 5, 9, 0, 0)),
        `
      ## GETLK rd 5-9
        fcntl_lock $fd F_GETLK F_WRLCK 0 0 0 -> type=0 whence=0 start=5 len=5 pid=0
          GETLK n=3 fh=114 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=0 lk_flags=0
      `,
        answering('GETLK', packed('QQII', 9, 5, 0, 0)),
        `
      ## GETLK end<start
        fcntl_lock $fd F_GETLK F_WRLCK 0 0 0 -> EIO
          GETLK n=3 fh=114 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=0 lk_flags=0
      `,
        answering('GETLK', packed('QQII', 0, 2n ** 63n, 0, 0)),
        `
      ## GETLK end 2^63
        fcntl_lock $fd F_GETLK F_WRLCK 0 0 0 -> EIO
          GETLK n=3 fh=114 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=0 lk_flags=0
      `,
        answering('GETLK', packed('QQII', 0, 5, 7, 0)),
        `
      ## GETLK type 7
        fcntl_lock $fd F_GETLK F_WRLCK 0 0 0 -> EIO
          GETLK n=3 fh=114 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=0 lk_flags=0
      `,
        answering('LSEEK', packed('Q', 2n ** 63n)),
        `
      ## LSEEK 2^63
        lseek $fd 0 SEEK_DATA -> EINVAL
          LSEEK n=3 fh=114 off=0 whence=3
      `,
        answering('LSEEK', packed('Q', 12345)),
        `
      ## LSEEK 12345
        lseek $fd 0 SEEK_DATA -> 12345
          LSEEK n=3 fh=114 off=0 whence=3
      `,
        answeringAsUsual,
        `
      ## LSEEK whence 9
        lseek $fd 0 9 -> EINVAL
      ## seek_set -1
        lseek $fd -1 SEEK_SET -> EINVAL
      ## seek_set 1e15
        lseek $fd 1000000000000000 SEEK_SET -> 1000000000000000
      `,
        answering('IOCTL', concatenated([packed('iIII', 0, 4, 1, 0), packed('QQ', 1, 1)])),
        `
      ## IOCTL RETRY restricted
        ioctl $fd 0x80045601 \\x00*4 -> EIO
          IOCTL n=3 fh=114 flags=0x0 cmd=0x80045601 in=0 out=4
      `,
        answering('IOCTL', packed('iIII', -5, 0, 0, 0)),
        `
      ## IOCTL result -5
        ioctl $fd 0x80045601 \\x00*4 -> EIO
          IOCTL n=3 fh=114 flags=0x0 cmd=0x80045601 in=0 out=4
      `,
        answering('IOCTL', packed('iIII', -38, 0, 0, 0)),
        `
      ## IOCTL result -ENOSYS
        ioctl $fd 0x80045601 \\x00*4 -> ENOTTY
          IOCTL n=3 fh=114 flags=0x0 cmd=0x80045601 in=0 out=4
      `,
        answering('IOCTL', packed('iIII', 77, 0, 0, 0)),
        `
      ## IOCTL result 77 no data
        ioctl $fd 0x80045601 \\x01*4 -> 77 \\x01\\x01\\x01\\x01
          IOCTL n=3 fh=114 flags=0x0 cmd=0x80045601 in=0 out=4
      `,
        answering('IOCTL', concatenated([packed('iIII', 0, 0, 0, 0), bytes('xxxxxxxx')])),
        `
      ## IOCTL out too long
        ioctl $fd 0x80045601 \\x01*4 -> EIO
          IOCTL n=3 fh=114 flags=0x0 cmd=0x80045601 in=0 out=4
      `,
        answeringAsUsual,
        `
      ## IOCTL WR 0x40045602
        ioctl $fd 0x40045602 \\x01*4 -> 0 \\x01\\x01\\x01\\x01
          IOCTL n=3 fh=114 flags=0x0 cmd=0x40045602 in=4 out=0
      ## IOCTL RW
        ioctl $fd 0xc0085603 \\x01*8 -> 0 \\x07\\x07\\x07\\x07\\x07\\x07\\x07\\x07
          IOCTL n=3 fh=114 flags=0x0 cmd=0xc0085603 in=8 out=8
      ## IOCTL none arg 5
        ioctl $fd 0x5604 5 -> 0
          IOCTL n=3 fh=114 flags=0x0 cmd=0x5604 in=0 out=0
      ## FIONREAD
        ioctl $fd 0x541b \\x00*4 -> 0 \\x0a\\x809[
      ## FS_IOC_GETFLAGS
        ioctl $fd 0x80086601 \\x00*8 -> 0 \\x07\\x07\\x07\\x07\\x00\\x00\\x00\\x00
          OPEN n=3 flags=0x0 open_flags=0x0
          IOCTL n=3 fh=115 flags=0x0 cmd=0x80086601 in=0 out=4
          RELEASE n=3 fh=115 flags=0x0 release_flags=0 lo=0
      ## FS_IOC_FSGETXATTR
        ioctl $fd 0x801c581f \\x00*28
          OPEN n=3 flags=0x0 open_flags=0x0
          IOCTL n=3 fh=116 flags=0x0 cmd=0x801c581f in=0 out=28
          RELEASE n=3 fh=116 flags=0x0 release_flags=0 lo=0
      ## FIBMAP
        ioctl $fd 1 \\x00*4 -> 0 \\x00\\x00\\x00\\x00
      ## FIGETBSZ
        ioctl $fd 2 \\x00*4 -> 0 \\x00\\x10\\x00\\x00
      ## FS_IOC_FIEMAP
        ioctl $fd 0xc020660b \\x00*32 -> EOPNOTSUPP
      ## FICLONE
        ioctl $fd FICLONE $fd -> EOPNOTSUPP
      ## TCGETS
        ioctl $fd 0x5401 \\x00*60
          IOCTL n=3 fh=114 flags=0x0 cmd=0x5401 in=0 out=0
      ## FS_IOC_SETFLAGS
        ioctl $fd 0x40086602 \\x00*8
          OPEN n=3 flags=0x0 open_flags=0x0
          IOCTL n=3 fh=117 flags=0x0 cmd=0x801c581f in=0 out=28
          OPEN n=3 flags=0x0 open_flags=0x0
          IOCTL n=3 fh=118 flags=0x0 cmd=0x40086602 in=4 out=0
          RELEASE n=3 fh=117 flags=0x0 release_flags=0 lo=0
          RELEASE n=3 fh=118 flags=0x0 release_flags=0 lo=0
      ~
        open / O_RDONLY -> $dir
      ## dir IOCTL 0x80045601
        ioctl $dir 0x80045601 \\x00*4 -> 0 \\x07\\x07\\x07\\x07
          IOCTL n=1 fh=119 flags=0x10 cmd=0x80045601 in=0 out=4
      `,
        answering('COPY_FILE_RANGE_64', packed('Q', 11)),
        `
      ~
        open /f2 O_CREAT|O_RDWR 0777 -> $fd2
      ## copy ret > len
        copy_file_range $fd 0 $fd2 0 10 0 -> EIO
          GETXATTR n=4 size=0 'security.capability'
          COPY_FILE_RANGE_64 n=3 fh=114 off=0 to n=4 fh=120 off=0 len=10 flags=0
      `,
        answering('STATFS', new Uint8Array(79)),
        `
      ## STATFS 79
        statfs / -> EIO
          STATFS n=1
          reply refused: EINVAL
      `,
        answeringAsUsual,
        `
      ~
        chdir /
      ## lookup 255
        stat a*255 -> ENOENT
          LOOKUP n=1 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
      ## lookup 256
        stat a*256 -> ENOENT
          LOOKUP n=1 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
      ## lookup 1024
        stat a*1024 -> ENOENT
          LOOKUP n=1 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
      ## lookup 1025
        stat a*1025 -> ENOENT
          LOOKUP n=1 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
      ## lookup 4000
        stat a*4000 -> ENOENT
          LOOKUP n=1 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
      `,
      ],
    },
  ],
};
