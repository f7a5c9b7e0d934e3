// `npm run docs [-- FOLDER]`: every export of src/ has a doc comment, no file is over 600 lines, no function over 60.
// Tests are exempt from the first and the last, tables of src/abi/ from the length of a file. In src/abi/ a constant in
// capitals is documented by the C header it comes from; elsewhere the first of
// adjacent constants speaks for its run.
import path from 'node:path';
import ts from 'typescript';
import { at, loadProject, report, walk } from './project.mjs';

const maxFileLines = 600;
const maxFunctionLines = 60;

const folder = path.resolve(process.argv[2] ?? '.');
const { checker, files } = loadProject(folder);
const nameOf = (file) => path.relative(folder, file.fileName);
const isTest = (file) => /\.test\.ts$|\/testing\/|^tests\//.test(nameOf(file));
const lineOf = (file, position) => file.getLineAndCharacterOfPosition(position).line;

/** The statement that a declaration belongs to: `export const a = 1` for `a = 1`. */
const statementOf = (declaration) => (ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration);

const hasDoc = (statement) => ts.getJSDocCommentsAndTags(statement).some(ts.isJSDoc);

const isHeaderConstant = (statement) =>
  nameOf(statement.getSourceFile()).startsWith('src/abi/') &&
  ts.isVariableStatement(statement) &&
  statement.declarationList.declarations.every(({ name }) => /^[A-Z][A-Z0-9_]*$/.test(name.getText()));

/** Whether a constant has a doc comment, or follows one that does with no line between them. */
function runHasDoc(statement) {
  if (hasDoc(statement)) return true;
  if (!ts.isVariableStatement(statement)) return false;
  const file = statement.getSourceFile();
  const before = file.statements[file.statements.indexOf(statement) - 1];
  const adjacent = before && lineOf(file, statement.getStart()) - lineOf(file, before.end) === 1;
  return Boolean(adjacent) && runHasDoc(before) && ts.isVariableStatement(before);
}

const isDocumented = (symbol) =>
  symbol.declarations.map(statementOf).some((statement) => isHeaderConstant(statement) || runHasDoc(statement));

function undocumented(file) {
  const module = checker.getSymbolAtLocation(file);
  if (!module) return [];
  const own = (symbol) =>
    symbol.declarations?.some(
      (declaration) => declaration.getSourceFile() === file && !ts.isExportSpecifier(declaration),
    );
  return checker
    .getExportsOfModule(module)
    .filter((symbol) => own(symbol) && !isDocumented(symbol))
    .map((symbol) => at(folder, symbol.declarations[0], `${symbol.name} has no doc comment`));
}

function longFunctions(file) {
  const found = [];
  walk(file, (node) => {
    if (!ts.isFunctionLike(node) || !node.body) return;
    const lines = lineOf(file, node.end) - lineOf(file, node.getStart()) + 1;
    if (lines > maxFunctionLines)
      found.push(at(folder, node, `a function of ${lines} lines; at most ${maxFunctionLines}`));
  });
  return found;
}

const findings = files.flatMap((file) => {
  const name = nameOf(file);
  const lines = lineOf(file, file.end) + (file.text.endsWith('\n') ? 0 : 1);
  const long =
    lines > maxFileLines && !name.startsWith('src/abi/') ? [`${name}: ${lines} lines; at most ${maxFileLines}`] : [];
  if (isTest(file)) return long;
  return [...long, ...longFunctions(file), ...(name.startsWith('src/') ? undocumented(file) : [])];
});
report(findings, `every export documented, every length kept, in ${files.length} files`);
