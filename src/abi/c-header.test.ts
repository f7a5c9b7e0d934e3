import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as fuse from './fuse.ts';
import { initFlags } from './init-flags.ts';
import { allNotifyCodes } from './notify.ts';
import { allOpcodes } from './opcodes.ts';
import type { Struct } from './struct.ts';
import * as structs from './structs.ts';

/** What a header or our tables say; a field is its offset and its size. */
interface Facts {
  readonly structs: Readonly<Record<string, { size: number; fields: Readonly<Record<string, [number, number]>> }>>;
  readonly constants: Readonly<Record<string, string>>;
}

const recorded = new URL('abi-sizes.json', import.meta.url);

/** Two structs of C that always travel together have one here. */
const ownStructs = ['fuse_create_out'];

const inC = (name: string): string => (name.startsWith('CUSE_') ? name : `FUSE_${name}`);

function ourFacts(): Facts {
  const tables: Record<string, bigint> = {};
  for (const [name, value] of Object.entries(fuse)) tables[name] = BigInt(value);
  for (const { name, bit } of initFlags) tables[inC(name)] = 1n << BigInt(bit);
  for (const { name, number } of allOpcodes) tables[inC(name)] = BigInt(number);
  for (const { name, code } of allNotifyCodes) tables[inC(`NOTIFY_${name}`)] = BigInt(code);
  Object.assign(tables, {
    FUSE_DIRECT_IO_RELAX: tables.FUSE_DIRECT_IO_ALLOW_MMAP,
    FUSE_COMPAT_ENTRY_OUT_SIZE: BigInt(structs.fuse_entry_out.sizeAt(8)),
    FUSE_COMPAT_ATTR_OUT_SIZE: BigInt(structs.fuse_attr_out.sizeAt(8)),
    FUSE_COMPAT_MKNOD_IN_SIZE: BigInt(structs.fuse_mknod_in.sizeAt(11)),
    FUSE_COMPAT_WRITE_IN_SIZE: BigInt(structs.fuse_write_in.sizeAt(8)),
    FUSE_COMPAT_STATFS_SIZE: BigInt(structs.fuse_statfs_out.sizeAt(3)),
    FUSE_COMPAT_SETXATTR_IN_SIZE: BigInt(structs.fuse_setxattr_in.sizeAt(45)),
    FUSE_COMPAT_INIT_OUT_SIZE: BigInt(structs.fuse_init_out.sizeAt(4)),
    FUSE_COMPAT_22_INIT_OUT_SIZE: BigInt(structs.fuse_init_out.sizeAt(22)),
    FUSE_NAME_OFFSET: BigInt(structs.fuse_dirent.size),
    FUSE_NAME_OFFSET_DIRENTPLUS: BigInt(structs.fuse_direntplus.size),
  });
  const constants = Object.entries(tables).map(([name, value]) => [name, `${value}`] as const);
  const all = Object.values(structs).map((struct: Struct<unknown>) => [struct.name, shape(struct)] as const);
  return { structs: Object.fromEntries(all), constants: Object.fromEntries(constants) };
}

function shape({ size, fields }: Struct<unknown>): Facts['structs'][string] {
  let offset = 0;
  const placed = Object.entries(fields).map(([name, field]) => {
    offset += field.size;
    return [name, [offset - field.size, field.size]] as const;
  });
  return { size, fields: Object.fromEntries(placed) as Record<string, [number, number]> };
}

const gcc = (...args: string[]): string =>
  execFileSync('gcc', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** What <linux/fuse.h> says, or why there is no knowing. CPATH may name a folder with a newer one. */
function headerFacts(): Facts | string {
  const folder = mkdtempSync(join(tmpdir(), 'abi-'));
  try {
    const [source, program] = [join(folder, 'facts.c'), join(folder, 'facts')];
    writeFileSync(source, '#include <linux/fuse.h>\n');
    try {
      gcc('-E', source);
    } catch (error) {
      return (error as { code?: string }).code === 'ENOENT' ? 'no C compiler' : 'no <linux/fuse.h>';
    }
    const names = declaredNames(gcc('-E', '-P', source), gcc('-E', '-dM', source));
    writeFileSync(source, factsProgram(names));
    gcc('-o', program, source);
    return JSON.parse(execFileSync(program, { encoding: 'utf8' })) as Facts;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Names {
  readonly structs: readonly { name: string; fields: readonly string[] }[];
  readonly constants: readonly string[];
}

function declaredNames(preprocessed: string, macros: string): Names {
  const declared = [...preprocessed.matchAll(/struct (\w+) \{([^{}]*)\};/g)].map(([, name = '', members = '']) => ({
    name,
    fields: [...members.matchAll(/(\w+)(\[[^\]]+\])?;/g)].map(([, field = '']) => field),
  }));
  const enums = [...preprocessed.matchAll(/enum \w+ \{([^}]*)\}/g)].map(([, members = '']) => members).join();
  const all = [...enums.matchAll(/\w+(?=\s*[=,])/g), ...macros.matchAll(/(?<=#define )\w+(?= .)/g)];
  const constants = all
    .map(([name]) => name)
    .filter((name) => /^(FUSE|CUSE|FOPEN|FATTR)_/.test(name))
    .filter((name) => !['FUSE_NOTIFY_CODE_MAX', 'FUSE_REMOVEMAPPING_MAX_ENTRY'].includes(name));
  return { structs: declared.filter(({ name }) => /^[fc]use_/.test(name)), constants };
}

/** A C program that prints {@link Facts} as JSON. Constants are widened from their own type, so 1 << 31 is 2^31. */
function factsProgram({ structs, constants }: Names): string {
  const text = (json: string): string => `fputs(${JSON.stringify(json)}, stdout);`;
  const shapes = structs.map(({ name, fields }) => {
    const places = fields.map(
      (field) =>
        `printf("\\"${field}\\":[%zu,%zu]", offsetof(struct ${name}, ${field}), sizeof(((struct ${name} *)0)->${field}));`,
    );
    return `printf("\\"${name}\\":{\\"size\\":%zu,\\"fields\\":{", sizeof(struct ${name})); ${places.join(text(','))} ${text('}}')}`;
  });
  const values = constants.map(
    (name) =>
      `printf("\\"${name}\\":\\"%llu\\"", sizeof(${name}) == 4 ? (unsigned long long)(unsigned)(${name}) : (unsigned long long)(${name}));`,
  );
  return `#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <linux/fuse.h>
int main(void) {
  ${text('{"structs":{')} ${shapes.join(`\n${text(',')}\n`)}
  ${text('},"constants":{')} ${values.join(`\n${text(',')}\n`)}
  ${text('}}')}
}
`;
}

const ours = ourFacts();
const header = headerFacts();
const headerMinor = typeof header === 'string' ? 0 : Number(header.constants.FUSE_KERNEL_MINOR_VERSION);
const isNewest = headerMinor >= fuse.FUSE_KERNEL_MINOR_VERSION;

if (process.env.RECORD_ABI_SIZES !== undefined) {
  if (typeof header === 'string' || !isNewest) throw new Error('only a header as new as ours can be recorded');
  writeFileSync(recorded, `${JSON.stringify(header, null, 1).replace(/\[\s+(\d+),\s+(\d+)\s+\]/g, '[$1, $2]')}\n`);
}
const committed = JSON.parse(readFileSync(recorded, 'utf8')) as Facts;

describe('the tables against the sizes committed from a header of our own protocol', () => {
  test('every struct is as it says', () => {
    const { structs } = ours;
    expect(
      Object.keys(structs)
        .filter((name) => !ownStructs.includes(name))
        .sort(),
    ).toEqual(Object.keys(committed.structs).sort());
    for (const [name, shape] of Object.entries(committed.structs))
      expect({ [name]: structs[name] }).toEqual({ [name]: shape });
  });

  test('every constant, opcode, INIT flag and notify code is as it says', () => {
    expect(ours.constants).toMatchObject(committed.constants);
  });

  test('no opcode, INIT flag or notify code is our own invention', () => {
    const rows = [
      ...allOpcodes.map(({ name }) => inC(name)),
      ...initFlags.map(({ name }) => inC(name)),
      ...allNotifyCodes.map(({ name }) => inC(`NOTIFY_${name}`)),
    ];
    expect(rows.filter((name) => !(name in committed.constants))).toEqual([]);
  });
});

describe(`the tables against this machine's <linux/fuse.h>`, () => {
  test('every struct it has is the same, but for padding that a newer protocol uses', (context) => {
    if (typeof header === 'string') return context.skip(header);
    expect(Object.keys(header.structs).length).toBeGreaterThan(50);
    for (const [name, { size, fields }] of Object.entries(header.structs)) {
      const known = ours.structs[name];
      expect({ [name]: known?.size }).toEqual({ [name]: size });
      const named = Object.entries(fields).filter(([field]) => isNewest || !/^(padding|unused|spare)$/.test(field));
      expect({ [name]: known?.fields }).toMatchObject({ [name]: Object.fromEntries(named) });
    }
  });

  test('every constant it has is the same', (context) => {
    if (typeof header === 'string') return context.skip(header);
    const { FUSE_KERNEL_MINOR_VERSION, ...constants } = header.constants;
    expect(Object.keys(constants).length).toBeGreaterThan(100);
    expect(ours.constants).toMatchObject(constants);
  });

  const had = typeof header === 'string' ? {} : header.structs;
  const lacking = Object.keys(committed.structs).filter((name) => !(name in had));
  test(`checked against committed sizes alone: ${lacking.join(', ') || 'none'}`, (context) => {
    if (typeof header === 'string') return context.skip(header);
    expect(lacking.length > 0).toBe(!isNewest);
  });
});
