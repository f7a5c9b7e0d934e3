import type { Assertion } from './assertion.ts';

/**
 * EROFS on a read-only mount, at `r`, of a directory that stays writable at `d`: it holds a file `f` and an empty directory `e`.
 * The same calls work there.
 */
export const readOnly = (covers: readonly string[], calls: readonly string[]): Assertion => ({
  name: 'the mount is read-only: EROFS',
  covers,
  steps: `
    mkdir d 0755
    creat d/f 0644
    mkdir d/e 0755
    mkdir r 0755
    bind_mount d r ro
    ${calls.map((call) => `${call} -> EROFS`).join('\n')}
    lstat r/f -> type=regular perm=0644 uid=0 gid=0 size=0 nlink=1
    umount r
    ${calls.map((call) => call.replaceAll('r/', 'd/')).join('\n')}
  `,
});
