import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const tree = `
  mkdir d 0755
  creat f 0644 -> $f
  symlink f l
  symlink nowhere dangling
  symlink loop loop
  mknod s 0140644 0
`;

const word = (last: string): string => `\\x00\\x00\\x00\\x${last}`;
/** struct vfs_cap_data with one capability that is effective, and its 16 bytes behind the first word. */
const SETS = `\\x00\\x04\\x00\\x00${word('00').repeat(3)}`;
const ALL = `\\x01\\x00\\x00\\x02${SETS}`;
/** struct vfs_ns_cap_data of namespaces with different roots. */
const OF_ROOT = `\\x01\\x00\\x00\\x03${SETS}${word('00')}`;
const OF_1000 = `\\x00\\x00\\x00\\x03${SETS}\\xe8\\x03\\x00\\x00`;
const OF_NOBODY = `\\x00\\x00\\x00\\x03${SETS}\\xff\\xff\\xff\\xff`;

/** getxattr(2), setxattr(2), listxattr(2), removexattr(2), and those for symbolic links and descriptors. */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests' },
    {
      'xattr: files that are not there': `
        ${tree}
        getxattr nope user.a 10 -> ENOENT
        setxattr nope user.a v 0 -> ENOENT
        listxattr nope 10 -> ENOENT
        removexattr nope user.a -> ENOENT
        getxattr '' user.a 10 -> ENOENT
        lsetxattr '' user.a v 0 -> ENOENT
        llistxattr '' 10 -> ENOENT
        lremovexattr '' user.a -> ENOENT
        getxattr dangling user.a 10 -> ENOENT
        setxattr loop user.a v 0 -> ELOOP
        listxattr f/x 10 -> ENOTDIR
        lgetxattr l/ user.a 10 -> ENOTDIR
        removexattr n*256 user.a -> ENAMETOOLONG
        fgetxattr 99 user.a 10 -> EBADF
        fsetxattr 99 user.a v 0 -> EBADF
        flistxattr 99 10 -> EBADF
        fremovexattr 99 user.a -> EBADF
      `,
      'xattr: what is wrong before the file is looked at': `
        setxattr nope user.a v 4 -> EINVAL
        setxattr nope user.a v -1 -> EINVAL
        setxattr nope '' v 0 -> ERANGE
        setxattr nope user.n*251 v 0 -> ERANGE
        setxattr nope user.a x*65537 0 -> E2BIG
        getxattr nope '' 10 -> ERANGE
        getxattr nope user.n*251 10 -> ERANGE
        removexattr nope '' -> ERANGE
        removexattr nope user.n*251 -> ERANGE
        setxattr nope user.a v 3 -> ENOENT
        fsetxattr 99 '' v 0 -> ERANGE
        fsetxattr 99 user.a v 4 -> EINVAL
        fgetxattr 99 '' 10 -> ERANGE
      `,
      'xattr: set, shown, listed and removed': `
        ${tree}
        getxattr f user.a 10 -> ENODATA
        removexattr f user.a -> ENODATA
        listxattr f 100 -> ''
        setxattr f user.a one 0
        setxattr f user.b '' 0
        getxattr f user.a 10 -> one
        getxattr f user.b 10 -> ''
        listxattr f 100
        setxattr f user.a three 0
        getxattr f user.a 10 -> three
        fgetxattr $f user.a 10 -> three
        lgetxattr f user.a 10 -> three
        getxattr l user.a 10 -> three
        fsetxattr $f user.c \\x00\\x01 0
        lsetxattr f user.d w 0
        llistxattr f 100
        flistxattr $f 100
        removexattr f user.a
        fremovexattr $f user.b
        lremovexattr f user.d
        getxattr f user.a 10 -> ENODATA
        listxattr f 100
        setxattr d user.a dir 0
        getxattr d user.a 10 -> dir
        setxattr / user.a root 0
        listxattr . 100
        stat f
      `,
      'xattr: sizes': `
        creat f 0644
        setxattr f user.a hello 0
        getxattr f user.a 0 -> 5
        getxattr f user.a 1 -> ERANGE
        getxattr f user.a 4 -> ERANGE
        getxattr f user.a 5 -> hello
        getxattr f user.a 65536 -> hello
        getxattr f user.a 100000 -> hello
        getxattr f user.none 0 -> ENODATA
        listxattr f 0 -> 7
        listxattr f 1 -> ERANGE
        listxattr f 6 -> ERANGE
        listxattr f 7
        listxattr f 100000
        setxattr f user.big x*65536 0
        getxattr f user.big 0 -> 65536
        getxattr f user.big 65535 -> ERANGE
        getxattr f user.big 65536
        setxattr f user.n*250 v 0
        getxattr f user.n*250 10
        listxattr f 1000
      `,
      'xattr: XATTR_CREATE and XATTR_REPLACE': `
        creat f 0644 -> $f
        setxattr f user.a v XATTR_REPLACE -> ENODATA
        setxattr f user.a v XATTR_CREATE
        setxattr f user.a w XATTR_CREATE -> EEXIST
        setxattr f user.a w XATTR_REPLACE
        getxattr f user.a 10 -> w
        setxattr f user.a w 3 -> EEXIST
        setxattr f user.b w 3 -> ENODATA
        fsetxattr $f user.a w XATTR_CREATE -> EEXIST
        lsetxattr f user.b w XATTR_REPLACE -> ENODATA
      `,
      'xattr: name spaces': `
        ${tree}
        setxattr f trusted.a v 0
        getxattr f trusted.a 10 -> v
        setxattr f security.a v 0
        getxattr f security.a 10 -> v
        setxattr f system.a v 0 -> EOPNOTSUPP
        getxattr f system.a 10 -> EOPNOTSUPP
        removexattr f system.a -> EOPNOTSUPP
        setxattr f nothing.a v 0 -> EOPNOTSUPP
        getxattr f nothing.a 10 -> EOPNOTSUPP
        setxattr f a v 0 -> EOPNOTSUPP
        setxattr f user. v 0
        getxattr f user. 10
        setxattr f user v 0 -> EOPNOTSUPP
        setxattr f trusted. v 0
        setxattr f security.capability v 0 -> EINVAL
        getxattr f security.capability 10 -> ENODATA
        listxattr f 1000
      `,
      'xattr: user attributes are for files and directories': `
        ${tree}
        lsetxattr l user.a v 0 -> EPERM
        lgetxattr l user.a 10 -> ENODATA
        lremovexattr l user.a -> EPERM
        lsetxattr dangling trusted.a v 0
        lgetxattr dangling trusted.a 10 -> v
        llistxattr dangling 100
        lremovexattr dangling trusted.a
        setxattr s user.a v 0 -> EPERM
        getxattr s user.a 10 -> ENODATA
        setxattr s trusted.a v 0
        getxattr s trusted.a 10 -> v
        lsetxattr l security.a v 0
        llistxattr l 100
      `,
      'xattr: an open file without a name': `
        open f O_CREAT|O_RDONLY 0644 -> $f
        unlink f
        fsetxattr $f user.a v 0
        fgetxattr $f user.a 10 -> v
        flistxattr $f 100
        fremovexattr $f user.a
        fgetxattr $f user.a 10 -> ENODATA
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests' },
    {
      'xattr: permissions of user attributes': `
        @0 creat f 0644
        @0 setxattr f user.a v 0
        @1 getxattr f user.a 10 -> v
        @1 setxattr f user.a w 0 -> EACCES
        @1 removexattr f user.a -> EACCES
        @0 chmod f 0600
        @1 getxattr f user.a 10 -> EACCES
        @1 listxattr f 100
        @0 chmod f 0666
        @1 setxattr f user.a w 0
        @1 removexattr f user.a
        @0 chmod f 0222
        @1 setxattr f user.b v 0
        @1 getxattr f user.b 10 -> EACCES
        @0 getxattr f user.b 10 -> v
        @1 creat mine 0
        @1 setxattr mine user.a v 0 -> EACCES
        @1 getxattr mine user.a 10 -> EACCES
      `,
      'xattr: trusted and security attributes are for root': `
        @1 creat f 0666
        @0 setxattr f trusted.a v 0
        @0 setxattr f security.a v 0
        @1 getxattr f trusted.a 10 -> ENODATA
        @1 setxattr f trusted.a w 0 -> EPERM
        @1 removexattr f trusted.a -> EPERM
        @1 setxattr f trusted.b w 0 -> EPERM
        @1 getxattr f security.a 10 -> v
        @1 setxattr f security.a w 0 -> EPERM
        @1 removexattr f security.a -> EPERM
        @1 setxattr f security.capability w 0 -> EINVAL
        @1 listxattr f 100
        @0 listxattr f 100
        @2 setxattr f nothing.a v 0 -> EACCES
      `,
      'xattr: a sticky directory takes user attributes from its owner alone': `
        @0 mkdir t 0755
        @0 chmod t 01777
        @1 setxattr t user.a v 0 -> EPERM
        @1 removexattr t user.a -> EPERM
        @1 getxattr t user.a 10 -> ENODATA
        @0 setxattr t user.a v 0
        @1 getxattr t user.a 10 -> v
        @0 chown t 1000 1000
        @1 setxattr t user.a w 0
        @0 chmod t 0777
        @2 setxattr t user.a x 0
      `,
      'xattr: the capability of a file goes with the first write by a user': `
        @1 open f O_CREAT|O_RDWR 0777 -> $f
        @0 setxattr f security.capability ${ALL} 0
        @0 getxattr f security.capability 100
        @1 write $f x
        @0 getxattr f security.capability 100
        @0 setxattr f security.capability ${ALL} 0
        @0 chown f 5 5
        @0 getxattr f security.capability 100
        @0 setxattr f security.capability ${ALL} 0
        @0 truncate f 0
        @0 getxattr f security.capability 100
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests' },
    {
      'xattr: capabilities of a file are checked, and shown as the caller has them': `
        @0 creat f 0644
        @0 getxattr f security.capability 0 -> ENODATA
        @0 setxattr f security.capability ${ALL} 0
        @0 getxattr f security.capability 0 -> 20
        @0 getxattr f security.capability 19 -> ERANGE
        @0 getxattr f security.capability 20
        @1 getxattr f security.capability 100
        @1 setxattr f security.capability ${ALL} 0 -> EPERM
        @1 removexattr f security.capability -> EPERM
        @0 setxattr f security.capability ${OF_ROOT} 0
        @0 getxattr f security.capability 0 -> 20
        @0 getxattr f security.capability 100
        @0 setxattr f security.capability ${OF_1000} 0
        @0 getxattr f security.capability 0 -> 24
        @0 getxattr f security.capability 23 -> ERANGE
        @1 getxattr f security.capability 100
        @0 setxattr f security.capability ${OF_NOBODY} 0 -> EINVAL
        @0 setxattr f security.capability x*20 0 -> EINVAL
        @0 setxattr f security.capability ${ALL}x 0 -> EINVAL
        @0 setxattr f security.capability \\x02\\x00\\x00\\x02${SETS} 0 -> EINVAL
        @0 setxattr f security.capability \\x00\\x01\\x00\\x02${SETS} 0 -> EINVAL
        @0 lgetxattr f security.capability 100
        @0 setxattr f security.capability '' 0
        @0 getxattr f security.capability 100
        @0 removexattr f security.capability
        @1 setxattr f security.capability '' 0
        @1 listxattr f 100
        @1 setxattr f security.other '' 0 -> EPERM
      `,
    },
  ),
];
