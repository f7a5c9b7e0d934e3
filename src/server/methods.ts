import { allOpcodes, type Opcode } from '../abi/opcodes.ts';

/** How requests of one opcode reach a server. */
export interface Method {
  readonly opcode: Opcode;
  /** The opcode's name in camelCase: `COPY_FILE_RANGE` is `copyFileRange`. */
  readonly name: string;
  /** The newest opcode with this name, whose body the method gets. */
  readonly newest: Opcode;
}

/** RENAME2 and COPY_FILE_RANGE_64 took the places of opcodes without a number; servers know one method for both. */
const nameOf = (opcode: Opcode): string =>
  opcode.name
    .replace(/_?(2|64)$/, '')
    .toLowerCase()
    .replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

const newest = new Map<string, Opcode>();
for (const opcode of allOpcodes) {
  const name = nameOf(opcode);
  if ((newest.get(name)?.since ?? -1) < opcode.since) newest.set(name, opcode);
}

const methods = new Map(
  allOpcodes.map((opcode): [Opcode, Method] => {
    const name = nameOf(opcode);
    return [opcode, { opcode, name, newest: newest.get(name) as Opcode }];
  }),
);

/** The method of a server that an opcode's requests are for. */
export const methodOf = (opcode: Opcode): Method => methods.get(opcode) as Method;
