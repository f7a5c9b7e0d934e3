import type { Script } from './script.ts';

/** Scripts that are alike: each has a name, which is a sentence, and its steps. */
export const scriptTable = (
  shared: Omit<Script, 'name' | 'steps'>,
  table: Readonly<Record<string, string>>,
): Script[] => Object.entries(table).map(([name, steps]) => ({ ...shared, name, steps }));

/** Steps that make one of most kinds of files, and symlinks to them, to nothing, and to themselves; the file is open as $f. */
export const tree = `
  mkdir d 0755
  creat f 0644 -> $f
  write $f hello
  symlink f l
  symlink d dl
  symlink nowhere dangling
  symlink loop loop
  mknod s 0140644 0
`;
