// A hook for Node's module loader that compiles .ts files as they are loaded. See run-typescript.mjs.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const { target, module } = { target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.ESNext };

export function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const fileName = fileURLToPath(url);
  const compilerOptions = { target, module, verbatimModuleSyntax: true, inlineSourceMap: true };
  const source = ts.transpileModule(readFileSync(fileName, 'utf8'), { fileName, compilerOptions }).outputText;
  return { format: 'module', source, shortCircuit: true };
}
