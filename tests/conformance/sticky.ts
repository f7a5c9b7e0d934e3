import type { Assertion } from './assertion.ts';
import { each, type FileType, make, type Owner } from './files.ts';
import { OWNER } from './users.ts';

/** Whom a directory and a file in it belong to; the calls are made by 65534. */
const OTHERS = [0, 65533] as const;
const OWN: Owner = [65534, 65534];

/** Who may remove what from a directory with the sticky bit: the owner of either. */
export function sticky(covers: string, types: readonly FileType[], call: 'unlink' | 'rmdir'): Assertion[] {
  const inDirectory = (name: string, steps: string): Assertion => ({
    name: `in a sticky directory: ${name}`,
    covers: [covers],
    steps: `mkdir d 0755\nchmod d 01777\n${steps}`,
  });
  const tried = (type: FileType, directory: Owner, file: Owner, expected: '0' | 'EPERM'): string => `
    chown d ${directory.join(' ')}
    ${make(type, 'd/f', file)}
    lstat d/f -> type=${type} uid=${file[0]} gid=${file[1]}
    ${OWNER} ${call} d/f -> ${expected}
    ${expected === '0' ? 'lstat d/f -> ENOENT' : `lstat d/f -> type=${type} uid=${file[0]} gid=${file[1]}\n${call} d/f`}
  `;
  return [
    inDirectory(
      'the owner of both may',
      each(types, (type) => tried(type, OWN, OWN, '0')),
    ),
    inDirectory(
      'the owner of the directory may',
      each(types, (type) => each(OTHERS, (id) => tried(type, OWN, [id, id], '0'))),
    ),
    inDirectory(
      'the owner of the file may',
      each(types, (type) => each(OTHERS, (id) => tried(type, [id, id], OWN, '0'))),
    ),
    inDirectory(
      'the owner of neither may not: EPERM',
      each(types, (type) => each(OTHERS, (id) => tried(type, [id, id], [id, id], 'EPERM'))),
    ),
  ];
}
