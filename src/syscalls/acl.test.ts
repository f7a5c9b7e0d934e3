import { describe } from 'vitest';
import { machineTable } from './testing/table.ts';

const files = `
  mkdir d 0755
  creat f 0644 -> $f
  symlink f l`;

// Not every Linux has access control lists on tmpfs: tests/oracle/scripts/acl.ts compares with Linux.
describe('access control lists', () => {
  machineTable({
    'a value that is no list is EINVAL, after the path and the mount': `${files}
      setxattr f system.posix_acl_access v 0 -> EINVAL
      fsetxattr $f system.posix_acl_access v 0 -> EINVAL
      setxattr no system.posix_acl_access v 0 -> ENOENT
      setxattr f system.posix_acl_access v 4 -> EINVAL
      mkdir m 0755
      mount m ro
      setxattr m system.posix_acl_access v 0 -> EROFS
      removexattr m system.posix_acl_access -> EROFS`,
    'a file has no default list, which may be removed nevertheless': `${files}
      setxattr f system.posix_acl_default '' 0
      removexattr f system.posix_acl_default
      getxattr f system.posix_acl_default 9 -> ENODATA
      as 1000
      removexattr f system.posix_acl_default`,
    'none cannot be removed, and nothing of another': `${files}
      removexattr d system.posix_acl_default -> ENODATA
      setxattr d system.posix_acl_access '' 0 -> ENODATA
      as 1000
      removexattr d system.posix_acl_default -> EPERM
      setxattr d system.posix_acl_access '' 0 -> EPERM
      getxattr d system.posix_acl_access 9 -> ENODATA`,
    'a symlink has none': `${files}
      lgetxattr l system.posix_acl_access 9 -> EOPNOTSUPP
      lsetxattr l system.posix_acl_access '' 0 -> EOPNOTSUPP
      lremovexattr l system.posix_acl_default -> EOPNOTSUPP
      getxattr l system.posix_acl_access 9 -> ENODATA`,
    'other names of the space are attributes of the file system': `${files}
      setxattr f system.posix_acl_other v 0
      getxattr f system.posix_acl_other 9 -> v`,
  });
});
