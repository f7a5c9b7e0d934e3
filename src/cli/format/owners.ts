import { readFileSync } from 'node:fs';

/** The names of users and groups on this machine, by number; a number without a name stands for itself. */
export class Owners {
  readonly #users: Map<number, string>;
  readonly #groups: Map<number, string>;

  constructor(style: 'names' | 'numbers') {
    this.#users = style === 'names' ? readNames('/etc/passwd') : new Map();
    this.#groups = style === 'names' ? readNames('/etc/group') : new Map();
  }

  user(uid: number): string {
    return this.#users.get(uid) ?? String(uid);
  }

  group(gid: number): string {
    return this.#groups.get(gid) ?? String(gid);
  }
}

/** Name and number of each line of a colon-separated account file; nothing where there is no such file. */
function readNames(file: string): Map<number, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return new Map();
  }
  const fields = text.split('\n').map((line) => line.split(':'));
  return new Map(fields.flatMap(([name, , number]) => (name && number ? [[Number(number), name] as const] : [])));
}
