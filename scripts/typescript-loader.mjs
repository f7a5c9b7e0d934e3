// A hook for Node's module loader that compiles .ts files as they are loaded, and keeps what it compiled in build/: a
// program over all of src/ then starts as fast as JavaScript. See run-typescript.mjs.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { version } = require('typescript/package.json');
const cache = fileURLToPath(new URL('../build/compiled/', import.meta.url));

export function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const fileName = fileURLToPath(url);
  return { format: 'module', source: compiled(fileName, readFileSync(fileName, 'utf8')), shortCircuit: true };
}

function compiled(fileName, source) {
  const key = createHash('sha256').update([version, process.version, fileName, source].join('\0')).digest('hex');
  const kept = `${cache}${key}.mjs`;
  try {
    return readFileSync(kept, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const made = compile(fileName, source);
  keep(kept, made);
  return made;
}

function compile(fileName, source) {
  const ts = require('typescript');
  const { target, module } = { target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.ESNext };
  const compilerOptions = { target, module, verbatimModuleSyntax: true, inlineSourceMap: true };
  return ts.transpileModule(source, { fileName, compilerOptions }).outputText;
}

/** Several processes may compile one file at a time: each writes its own, and the last name counts. Not allowed to write is no failure. */
function keep(file, text) {
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  } catch (error) {
    if (!['EACCES', 'EROFS', 'ENOSPC'].includes(error.code)) throw error;
  }
}
