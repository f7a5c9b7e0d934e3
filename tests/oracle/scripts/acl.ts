import { entry, header } from '../acl-values.ts';
import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const [owner, group, other] = [entry(1, 6), entry(4, 4), entry(0x20, 4)];
const [user, groups, mask] = [entry(2, 6, 1000), entry(8, 6, 1000), entry(0x10, 7)];
const small = header() + owner + group + other;
const full = header() + owner + user + group + groups + mask + other;

const ACCESS = 'system.posix_acl_access';
const DEFAULT = 'system.posix_acl_default';

/** Values that are no lists, and what setting them gives. */
const refused = (['access', 'default'] as const).map((kind): [string, string] => [
  `acl: what is no ${kind} list`,
  [
    'mkdir d 0755',
    ...[
      ['v', 'EINVAL'],
      [header(1), 'EOPNOTSUPP'],
      [header(3) + owner, 'EOPNOTSUPP'],
      [`${small}x`, 'EINVAL'],
      [header() + entry(3, 6), 'EINVAL'],
      [header() + entry(2, 6, -1), 'EINVAL'],
      [header() + owner + user + group + other, 'EINVAL'],
      [header() + owner + other, 'EINVAL'],
      [header() + group + owner + other, 'EINVAL'],
      [header() + owner + group, 'EINVAL'],
      [header() + owner + group + other + other, 'EINVAL'],
      [header() + owner + group + other + mask, 'EINVAL'],
      [header() + owner + groups + group + mask + other, 'EINVAL'],
      [header() + entry(1, 8) + group + other, 'EINVAL'],
      ['x*65537', 'E2BIG'],
    ].map(([value, errno]) => `setxattr d system.posix_acl_${kind} ${value} 0 -> ${errno}`),
    `setxattr d system.posix_acl_${kind} ${small} 4 -> EINVAL`,
    `setxattr nope system.posix_acl_${kind} v 0 -> ENOENT`,
    `getxattr d system.posix_acl_${kind} 100 -> ENODATA`,
    'listxattr d 100',
  ].join('\n'),
]);

/** Access control lists as attributes: what is one, who sets and reads it. Where the server did not take POSIX_ACL they are kept for it, not enforced. */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests' },
    {
      ...Object.fromEntries(refused),
      'acl: a list is kept as it is': `
        mkdir d 0755
        creat f 0644 -> $f
        setxattr f ${ACCESS} ${full} 0
        getxattr f ${ACCESS} 0
        getxattr f ${ACCESS} 51 -> ERANGE
        getxattr f ${ACCESS} 52
        fgetxattr $f ${ACCESS} 70000
        stat f
        setxattr f ${ACCESS} ${small} XATTR_CREATE
        getxattr f ${ACCESS} 100
        setxattr d ${DEFAULT} ${full} XATTR_REPLACE
        getxattr d ${DEFAULT} 100
        getxattr d ${ACCESS} 100 -> ENODATA
        setxattr f ${ACCESS} ${header() + entry(1, 6, 5) + entry(4, 4, 6) + entry(0x20, 4, 7)} 0
        getxattr f ${ACCESS} 100
        listxattr f 100
        stat f
      `,
      'acl: an empty list is none, and none cannot be taken away': `
        mkdir d 0755
        setxattr d ${ACCESS} '' 0 -> ENODATA
        setxattr d ${ACCESS} ${header()} 0 -> ENODATA
        removexattr d ${ACCESS} -> ENODATA
        setxattr d ${ACCESS} ${small} 0
        setxattr d ${ACCESS} ${header()} XATTR_CREATE
        getxattr d ${ACCESS} 100 -> ENODATA
        setxattr d ${DEFAULT} ${small} 0
        removexattr d ${DEFAULT}
        getxattr d ${DEFAULT} 0 -> ENODATA
        stat d
      `,
      'acl: what is no directory has no default list': `
        creat f 0644 -> $f
        setxattr f ${DEFAULT} ${small} 0 -> EACCES
        setxattr f ${DEFAULT} v 0 -> EINVAL
        setxattr f ${DEFAULT} '' 0
        removexattr f ${DEFAULT}
        fremovexattr $f ${DEFAULT}
        getxattr f ${DEFAULT} 100 -> ENODATA
      `,
      'acl: symlinks have no lists, other files do': `
        symlink nowhere l
        mknod s 0140644 0
        lsetxattr l ${ACCESS} ${small} 0 -> EOPNOTSUPP
        lsetxattr l ${ACCESS} v 0 -> EINVAL
        lgetxattr l ${ACCESS} 100 -> EOPNOTSUPP
        lgetxattr l ${DEFAULT} 0 -> EOPNOTSUPP
        lremovexattr l ${ACCESS} -> EOPNOTSUPP
        lremovexattr l ${DEFAULT} -> EOPNOTSUPP
        getxattr l ${ACCESS} 0 -> ENOENT
        setxattr s ${ACCESS} ${small} 0
        getxattr s ${ACCESS} 100
      `,
      'acl: a list of more than a page does not pass': `
        creat f 0644
        setxattr f ${ACCESS} ${header() + owner + user.repeat(508) + group + mask + other} 0 -> E2BIG
        setxattr f ${ACCESS} ${header() + owner + user.repeat(507) + group + mask + other} 0
        getxattr f ${ACCESS} 0
      `,
    },
  ),
  {
    name: 'acl: the owner sets lists, everybody reads them',
    compare: 'requests',
    tasks: THREE_TASKS,
    steps: `
      @0 creat f 0600
      @0 chown f 1000 1000
      @1 setxattr f ${ACCESS} ${full} 0
      @2 setxattr f ${ACCESS} ${full} 0 -> EPERM
      @2 setxattr f ${ACCESS} ${header() + owner} 0 -> EPERM
      @2 setxattr f ${DEFAULT} ${full} 0 -> EACCES
      @2 removexattr f ${ACCESS} -> EPERM
      @2 removexattr f ${DEFAULT}
      @2 getxattr f ${ACCESS} 100
      @2 open f O_RDONLY
      @0 setxattr f ${ACCESS} ${small} 0
      @1 removexattr f ${ACCESS}
    `,
  },
];
