import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { allOpcodes, CUSE_INIT, type Opcode, REMOVEMAPPING, SETUPMAPPING } from '../../src/abi/opcodes.ts';
import { gvisor } from './gvisor.ts';
import type { OpcodeUse, Use } from './opcode-use.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** What Linux sends for other transports and devices only, and this client never. */
const neverSent = new Map<Opcode, string>([
  [SETUPMAPPING, 'DAX, of virtio-fs'],
  [REMOVEMAPPING, 'DAX, of virtio-fs'],
  [CUSE_INIT, 'character devices'],
]);

/** Where requests are compared with what the Linux kernel sends, one by one: each of these plays on it first. */
const suites = ['tests/scenarios', 'tests/traces'];
/** What plays them, and the requests as words. */
const playing = /(play|scenario|world|init|requests|wire-format|format)\.ts$/;
const units = ['src/fuse', 'src/fusefs', 'src/syscalls', 'src/transport'];

const filesOf = (folder: string): readonly string[] => {
  try {
    return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

/** The files of some folders that name an opcode. */
const naming = (folders: readonly string[], name: string, ending: RegExp): readonly string[] =>
  folders
    .flatMap(filesOf)
    .filter(
      (file) => ending.test(file) && new RegExp(`\\b${name}\\b`).test(readFileSync(path.join(root, file), 'utf8')),
    );

const linked = (file: string): string => `[${path.basename(file).replace(/(\.test)?\.ts$/, '')}](../${file})`;

function testedBy({ name }: Opcode, { equal, listed, inBackground }: Use): string {
  const inSuites = naming(suites, name, /\.ts$/)
    .filter((file) => !playing.test(file))
    .map(linked);
  const inUnits = naming(units, name, /\.test\.ts$/).length;
  return [
    ...(equal + listed + inBackground > 0 ? ['the oracle'] : []),
    ...inSuites,
    ...(inUnits > 0 ? [`${inUnits} unit test file${inUnits === 1 ? '' : 's'}`] : []),
  ].join(', ');
}

function compared({ name }: Opcode, { equal, listed, different, known, inBackground }: Use): string {
  if (different > 0) return `**differs** in ${different} steps`;
  const counts = [
    ...(equal > 0 ? [`equal in ${equal} steps`] : []),
    ...(inBackground > 0 ? [`equal in ${inBackground} scripts, as a set`] : []),
    ...(listed > 0 ? [`known difference in ${listed}: ${[...known].join('; ')}`] : []),
  ];
  if (counts.length > 0) return counts.join('; ');
  return naming(suites, name, /\.ts$/).filter((file) => !playing.test(file)).length > 0
    ? 'equal in scenarios'
    : 'not compared';
}

const sentBy = (opcode: Opcode, { calls, inBackground }: Use): string => {
  if (calls.size > 0) return [...calls].sort().join(' ');
  if (inBackground > 0) return 'when the last of something goes';
  return opcode.credentials === 'none' ? 'the kernel itself' : 'see the scenarios';
};

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** One row for each opcode: the facts of its row in abi/, and what a run of the oracle saw of it. */
export function protocolTable(use: OpcodeUse): string {
  const rows = allOpcodes.map((opcode) => {
    const { name, number, since } = opcode;
    const why = neverSent.get(opcode);
    const met = use.of(name);
    return row(
      `${name} (${number})`,
      why === undefined ? sentBy(opcode, met) : `never: ${why}`,
      `7.${since}`,
      why === undefined ? testedBy(opcode, met) : '',
      why === undefined ? compared(opcode, met) : '',
      gvisor[name] ?? '',
    );
  });
  return [
    row('opcode', 'sent by', 'since', 'tested by', 'compared with Linux', 'gVisor'),
    row('---', '---', '---', '---', '---', '---'),
    ...rows,
  ].join('\n');
}
