import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');

/** A file, by its place in the repository without its ending. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

const under = (folder: string, ending: string): SourceFile[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => path.join(folder, name))
    .map((name) => ({ name: name.slice(0, -ending.length), text: readFileSync(path.join(root, name), 'utf8') }));

const tests = (folder: string): SourceFile[] => under(folder, '.test.ts');

/** What sends requests: the kernel's side of FUSE. */
export const clientFiles = (): SourceFile[] =>
  [...under('src/fuse', '.ts'), ...under('src/fusefs', '.ts')].filter(({ name }) => !/\.test$|\/testing\//.test(name));

/** Scenarios, which play servers byte by byte. */
export const scenarioFiles = (): SourceFile[] => tests('tests/scenarios');

/** All other tests, but for those of the table itself. */
export const otherTestFiles = (): SourceFile[] => [
  ...tests('src'),
  ...tests('tests').filter(({ name }) => !/^tests\/(scenarios|protocol)\//.test(name)),
];

/** How many tests of a file of scenarios have an opcode in what is read or asked. */
export const scenariosOf = (opcode: string, { text }: SourceFile): number =>
  text.split(/^(?=(?:scenario|test|it|describe|for)\b)/m).filter((part) => part.includes(`'${opcode}'`)).length;

/** Whether an opcode is in a file by its name. */
export const isNamedIn = (opcode: string, { text }: SourceFile): boolean => new RegExp(`\\b${opcode}\\b`).test(text);
