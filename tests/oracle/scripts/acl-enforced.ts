import { list } from '../acl-values.ts';
import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';
import { variants } from '../variants.ts';

const ACCESS = 'system.posix_acl_access';
const DEFAULT = 'system.posix_acl_default';

/** Where the server took POSIX_ACL. */
const enforcing = variants.filter(({ acl }) => acl === true).map(({ name }) => name);

const set = (file: string, text: string, kind = ACCESS): string => `setxattr ${file} ${kind} ${list(text)} 0`;
const get = (file: string, kind = ACCESS): string => `getxattr ${file} ${kind} 200`;

/** Access control lists where the server took POSIX_ACL: what they allow, when they are asked for, what they do to modes. */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests', variants: enforcing },
    {
      'lists: a named user has what his line and the mask give': `
        @0 creat f 0600
        @0 ${set('f', 'u::rw- u:1000:rwx g::--- m::rw- o::---')}
        @0 stat f
        @1 access f R_OK
        @1 access f R_OK|W_OK
        @1 access f X_OK -> EACCES
        @1 open f O_RDWR -> $f
        @2 access f R_OK -> EACCES
        @2 access f F_OK
        @0 ${set('f', 'u::rw- u:1000:rwx g::--- m::r-- o::---')}
        @1 access f R_OK
        @1 access f W_OK -> EACCES
        @1 open f O_RDWR -> EACCES
        @0 ${set('f', 'u::rw- u:1000:--- g::rw- m::rw- o::rw-')}
        @1 access f R_OK -> EACCES
        @2 access f R_OK|W_OK
      `,
      'lists: the owner has what his own line gives, whatever others have': `
        @1 creat f 0600
        @1 ${set('f', 'u::-w- u:1000:r-- g::r-- m::rwx o::r--')}
        @1 access f R_OK -> EACCES
        @1 access f W_OK
        @1 open f O_RDONLY -> EACCES
        @1 chmod f 0400
        @1 access f R_OK
        @1 ${get('f')}
        @0 access f R_OK|W_OK
      `,
      'lists: one of the groups that somebody is in must give it all': `
        @0 creat f 0600
        @0 chown f 0 1000
        @0 ${set('f', 'u::--- g::r-- g:1001:-w- m::rwx o::rwx')}
        @2 access f R_OK
        @2 access f W_OK
        @2 access f R_OK|W_OK -> EACCES
        @2 access f X_OK -> EACCES
        @1 access f R_OK
        @1 access f W_OK -> EACCES
        @0 ${set('f', 'u::--- g::r-- g:1001:rw- m::r-- o::rwx')}
        @2 access f R_OK
        @2 access f W_OK -> EACCES
      `,
      'lists: who is in no line has what others have, and a mask of nothing is no mask': `
        @0 creat f 0600
        @0 ${set('f', 'u::rw- u:1000:rwx g::--- m::--- o::r--')}
        @0 stat f
        @2 access f R_OK
        @2 access f W_OK -> EACCES
        @1 access f R_OK
        @1 access f W_OK -> EACCES
        @0 ${set('f', 'u::rw- u:1000:rwx g::--- m::rw- o::r--')}
        @1 access f W_OK
      `,
      'lists: a mode that gives the group nothing hides the list from all but its owner': `
        @0 creat f 0600
        @0 ${set('f', 'u::rw- u:1000:rwx g::rwx m::rwx o::---')}
        @1 access f W_OK
        @0 chmod f 0604
        @0 ${get('f')}
        @1 access f R_OK
        @1 access f W_OK -> EACCES
        @2 access f R_OK
        @0 chmod f 0640
        @0 ${get('f')}
        @1 access f R_OK
        @1 access f W_OK -> EACCES
        @2 access f R_OK -> EACCES
      `,
      'lists: root reads and writes all, and executes what somebody may': `
        @1 creat f 0600
        @1 ${set('f', 'u::rw- u:0:--- g::r-- m::r-- o::---')}
        @0 access f R_OK|W_OK
        @0 access f X_OK -> EACCES
        @0 open f O_RDWR -> $f
        @1 ${set('f', 'u::rw- u:0:--- g::r-- m::r-x o::---')}
        @0 access f X_OK
      `,
      'lists: directories let by whom their lists name': `
        @0 mkdir d 0700
        @0 creat d/f 0644
        @0 ${set('d', 'u::rwx u:1000:--x u:1001:rwx g::--- m::rwx o::---')}
        @1 stat d/f
        @1 stat d/f
        @1 open d O_RDONLY -> EACCES
        @1 creat d/g 0644 -> EACCES
        @1 chdir d
        @2 creat d/g 0644 -> $g
        @2 unlink d/g
        @2 open d O_RDONLY -> $d
        @2 getdents $d 1000
        @2 mkdir d/e 0755
        @2 rename d/e d/h
        @0 ${set('d', 'u::rwx u:1000:--- g::--- m::rwx o::---')}
        @1 stat d/f -> EACCES
        @1 stat f -> EACCES
        @2 rmdir d/h -> EACCES
      `,
      'lists: those of the root are asked for each time': `
        @0 ${set('/', 'u::rwx u:1000:--x g::r-x m::r-x o::---')}
        @0 creat f 0644
        @1 stat f
        @1 stat f
        @1 access f R_OK
        @1 creat g 0644 -> EACCES
        @2 stat f -> EACCES
        @0 ${get('/')}
        @0 ${get('/')}
        @0 getxattr / ${DEFAULT} 100 -> ENODATA
        @0 getxattr / ${DEFAULT} 100 -> ENODATA
      `,
      'lists: what is known of them holds until attributes are asked for again': `
        @0 creat f 0640 -> $f
        @0 ${set('f', 'u::rw- u:1000:r-- g::--- m::r-- o::---')}
        @1 access f R_OK
        @1 access f R_OK
        @0 ${get('f')}
        @0 fgetxattr $f ${ACCESS} 200
        @0 fgetxattr $f ${ACCESS} 200
        @0 fgetxattr $f ${DEFAULT} 200 -> ENODATA
        @0 fgetxattr $f ${DEFAULT} 200 -> ENODATA
        @0 fstat $f
        @0 fgetxattr $f ${ACCESS} 200
        @1 access f W_OK -> EACCES
        @0 fgetxattr $f ${ACCESS} 200
        @0 write $f hello
        @0 fstat $f
        @0 fgetxattr $f ${ACCESS} 200
        @0 fchmod $f 0600
        @0 fgetxattr $f ${ACCESS} 200
        @0 utimensat AT_FDCWD f now now 0
        @0 fgetxattr $f ${ACCESS} 200
        @0 link f g
        @1 access g R_OK -> EACCES
        @0 rename g h
        @0 fgetxattr $f ${ACCESS} 200
        @0 fsetxattr $f user.a v 0
        @0 fgetxattr $f ${ACCESS} 200
        @0 ftruncate $f 0
        @0 fgetxattr $f ${ACCESS} 200
      `,
      'lists: no list is known too': `
        @0 creat f 0640 -> $f
        @1 access f F_OK
        @1 access f R_OK -> EACCES
        @1 access f R_OK -> EACCES
        @0 chmod f 0644
        @1 access f R_OK
        @1 access f R_OK
        @1 open f O_RDONLY -> $g
        @0 ${get('f')} -> ENODATA
      `,
      'lists: one that says no more than a mode is the mode': `
        @1 creat f 0600
        @1 ${set('f', 'u::rwx g::r-x o::--x')}
        @1 stat f
        @1 ${get('f')} -> ENODATA
        @1 ${set('f', 'u::rw- u:1001:r-- g::r-- m::rw- o::---')}
        @1 stat f
        @1 ${set('f', 'u::r-- g::--- o::---')}
        @1 ${get('f')} -> ENODATA
        @1 stat f
        @1 listxattr f 100
        @1 ${set('f', 'u::rw- g::r-- m::--- o::---')}
        @1 ${get('f')}
        @1 stat f
        @1 removexattr f ${ACCESS}
        @1 stat f
        @1 removexattr f ${ACCESS} -> ENODATA
      `,
      'lists: set-group-ID goes when somebody of another group sets a list': `
        @0 creat f 0600
        @0 chown f 1000 1001
        @0 chmod f 02770
        @0 ${set('f', 'u::rwx u:1001:rwx g::r-x m::rwx o::---')}
        @0 stat f
        @1 ${set('f', 'u::rwx u:1001:r-x g::r-x m::rwx o::---')}
        @0 stat f
        @0 chown f 1001 1000
        @0 chmod f 02770
        @2 ${set('f', 'u::rwx u:1000:r-x g::r-x m::rwx o::---')}
        @0 stat f
        @0 mkdir d 0755
        @0 chown d 1000 1001
        @0 chmod d 02770
        @1 ${set('d', 'u::rwx u:1001:r-x g::r-x m::rwx o::---', DEFAULT)}
        @0 stat d
      `,
      'lists: chmod changes the mask, and the lines of owner and others': `
        @1 creat f 0600
        @1 ${set('f', 'u::rw- u:1001:rwx g::r-x m::rwx o::---')}
        @1 chmod f 0741
        @1 ${get('f')}
        @2 access f W_OK -> EACCES
        @2 access f R_OK
        @1 chmod f 04775
        @1 ${get('f')}
        @2 access f 7
        @1 stat f
        @2 chmod f 0 -> EPERM
      `,
      'lists: what is made in a directory inherits its default list, not the umask': `
        @1 mkdir d 0755
        @1 umask 077
        @1 ${set('d', 'u::rwx u:1001:rw- g::r-x m::rwx o::r--', DEFAULT)}
        @1 ${get('d', DEFAULT)}
        @1 creat d/f 0666
        @1 stat d/f
        @1 ${get('d/f')}
        @1 ${get('d/f', DEFAULT)} -> ENODATA
        @2 access d/f R_OK|W_OK
        @1 mkdir d/e 0755
        @1 stat d/e
        @1 ${get('d/e')}
        @1 ${get('d/e', DEFAULT)}
        @1 mknod d/n 0100640 0
        @1 ${get('d/n')}
        @1 stat d/n
        @1 mknod d/s 0140777 0
        @1 ${get('d/s')}
        @1 symlink t d/l
        @1 lstat d/l
        @1 open d O_TMPFILE|O_RDWR 0600 -> $t
        @1 fstat $t
        @1 fgetxattr $t ${ACCESS} 200
        @1 creat g 0666
        @1 stat g
        @1 ${set('d', 'u::rwx g::r-x o::r--', DEFAULT)}
        @1 creat d/h 0666
        @1 stat d/h
        @1 ${get('d/h')} -> ENODATA
        @1 removexattr d ${DEFAULT}
        @1 creat d/i 0666
        @1 stat d/i
      `,
      'lists: who may set them': `
        @1 creat f 0666
        @1 mkdir d 0777
        @2 ${set('f', 'u::rw- g::rw- o::rw-')} -> EPERM
        @2 ${set('d', 'u::rw- g::rw- o::rw-', DEFAULT)} -> EPERM
        @2 removexattr d ${DEFAULT} -> EPERM
        @2 removexattr f ${ACCESS} -> EPERM
        @1 ${set('f', 'u::rw- g::rw- o::rw-', DEFAULT)} -> EACCES
        @1 ${set('f', 'u::rw- u:1001:rw- g::rw- o::rw-')} -> EINVAL
        @1 setxattr f ${ACCESS} v 0 -> EINVAL
        @0 ${set('f', 'u::rw- u:1001:rw- g::rw- m::rw- o::rw-')}
      `,
      'lists: what else asks for write permission takes them into account': `
        @0 creat f 0600 -> $f
        @0 write $f hello
        @0 ${set('f', 'u::rw- u:1000:rw- u:1001:r-- g::--- m::rw- o::---')}
        @1 truncate f 3
        @1 utimensat AT_FDCWD f now now 0
        @1 utimensat AT_FDCWD f 5 now 0 -> EPERM
        @1 setxattr f user.a v 0
        @1 getxattr f user.a 10
        @2 truncate f 2 -> EACCES
        @2 utimensat AT_FDCWD f now now 0 -> EACCES
        @2 setxattr f user.b v 0 -> EACCES
        @2 getxattr f user.a 10
        @2 open f O_RDONLY|O_TRUNC -> EACCES
        @1 open f O_WRONLY|O_TRUNC -> $g
        @1 fstat $g
      `,
    },
  ),
];
