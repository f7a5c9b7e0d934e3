import { describe, expect, test } from 'vitest';
import { ENAMETOOLONG } from '../abi/errno.ts';
import { MAY_CHDIR, MAY_EXEC } from '../vfs/inode.ts';
import { mkdir } from './mkdir.ts';
import { rename } from './rename.ts';
import { Machine } from './testing/machine.ts';
import { table } from './testing/table.ts';
import { chdir, getcwd, umask } from './working-directory.ts';

const existing = `
  mkdir d 0755
  mkdir d/e 0755
  creat f 0644 -> $f
  symlink d/e l`;

table({
  'relative paths begin in it': `${existing}
    getcwd -> /
    chdir d
    getcwd -> /d
    creat in 0644
    stat /d/in size -> 0
    chdir e/
    getcwd -> /d/e
    chdir ../..
    getcwd -> /
    chdir ..
    getcwd -> /`,
  'symlinks are followed, and not shown': `${existing}
    chdir l
    getcwd -> /d/e`,
  'what is no directory is ENOTDIR, what is not there ENOENT': `${existing}
    chdir f -> ENOTDIR
    chdir no -> ENOENT
    chdir '' -> ENOENT
    chdir f/x -> ENOTDIR
    getcwd -> /`,
  'it must be searchable': `
    mkdir d 0755
    chmod d 0766
    as 1000
    chdir d -> EACCES
    open d O_RDONLY -> $d
    fchdir $d -> EACCES`,
  'fchdir takes directories, O_PATH too': `${existing}
    open d O_RDONLY -> $d
    open d/e O_PATH -> $e
    fchdir $e
    getcwd -> /d/e
    fchdir $d
    getcwd -> /d
    fchdir $f -> ENOTDIR
    fchdir 99 -> EBADF`,
  'a removed one has no name, though one of that name is made again': `${existing}
    chdir d/e
    rmdir /d/e
    getcwd -> ENOENT
    mkdir /d/e 0755
    getcwd -> ENOENT
    chdir /d/e
    getcwd -> /d/e`,
  'across mounts': `
    mkdir m 0755
    mount m
    mkdir m/d 0755
    chdir m/d
    getcwd -> /m/d
    chdir ..
    getcwd -> /m
    chdir ..
    getcwd -> /`,
  'umask returns the one before, and keeps permission bits alone': `
    umask 077 -> 18
    umask 0777777 -> 63
    umask 0 -> 511`,
  'after chdir into a removed directory nothing is found but dots': `
    mkdir d 0755
    open d O_PATH -> $d
    rmdir d
    fchdir $d
    stat x size -> ENOENT
    stat . type -> 040000
    chdir ..
    getcwd -> /`,
});

describe('getcwd', () => {
  test('4096 bytes and more are ENAMETOOLONG', () => {
    const machine = new Machine();
    const name = 'n'.repeat(255);
    machine.run(function* (task) {
      for (let at = 0; at < 15; at++) {
        yield* mkdir(task, name, 0o755);
        yield* chdir(task, name);
      }
      yield* mkdir(task, 'n'.repeat(254), 0o755);
      yield* chdir(task, 'n'.repeat(254));
    });
    expect(machine.run((task) => getcwd(task))).toHaveLength(4095);
    machine.run((task) => rename(task, `../${'n'.repeat(254)}`, `../${name}`));
    expect(machine.failureOf((task) => getcwd(task))).toBe(ENAMETOOLONG);
  });

  test('a directory outside the root is shown as unreachable', () => {
    const machine = new Machine();
    machine.run((task) => mkdir(task, '/jail', 0o755));
    machine.run((task) => mkdir(task, '/other', 0o755));
    const inside = new Machine();
    machine.run((task) => chdir(task, '/other'));
    Object.defineProperty(machine.process, 'root', { value: inside.process.root });
    expect(machine.run((task) => getcwd(task))).toBe('(unreachable)/other');
  });
});

test('the file system learns that chdir asks', () => {
  const machine = new Machine();
  machine.run((task) => mkdir(task, '/d', 0o755));
  const inode = machine.tree.root.children.get('d')?.inode;
  const asked: number[] = [];
  Object.assign(inode as object, {
    tryPermission(_task: unknown, mask: number) {
      asked.push(mask);
      return true;
    },
  });
  machine.run((task) => chdir(task, '/d'));
  expect(asked).toEqual([MAY_EXEC | MAY_CHDIR]);
});

test('the umask is the process own, seen by all its threads', () => {
  const machine = new Machine();
  machine.run((task) => umask(task, 0o077));
  expect(machine.process.umask).toBe(0o077);
});
