// What the checks of this folder share: the program that tsconfig.json describes, and how a finding is printed.
import path from 'node:path';
import ts from 'typescript';

/** Loads the TypeScript project in `folder`. Returns its own source files and a type checker. */
export function loadProject(folder) {
  const onUnRecoverableConfigFileDiagnostic = (diagnostic) => {
    throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
  };
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic };
  const { fileNames, options } = ts.getParsedCommandLineOfConfigFile(path.join(folder, 'tsconfig.json'), {}, host);
  const program = ts.createProgram(fileNames, options);
  return { checker: program.getTypeChecker(), files: fileNames.map((name) => program.getSourceFile(name)) };
}

/** A finding at a node, in the form that editors and terminals link: `src/a.ts:3:7 what is wrong`. */
export function at(folder, node, text) {
  const file = node.getSourceFile();
  const { line, character } = file.getLineAndCharacterOfPosition(node.getStart());
  return `${path.relative(folder, file.fileName)}:${line + 1}:${character + 1} ${text}`;
}

/** Calls `visit` for every node of a file, outer ones first. */
export function walk(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** Prints the findings and sets the exit code. */
export function report(findings, clean) {
  for (const finding of findings) console.error(finding);
  console.log(findings.length === 0 ? clean : `${findings.length} found`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
