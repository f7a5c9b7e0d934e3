// `npm run coroutines [-- FOLDER]`: finds coroutines that are made and never run, about which the compiler is silent.
// A call of a generator function without `yield*` does nothing. The places where that goes unnoticed:
//   f();  await f();  void f();       the value is thrown away
//   if (f()) ...                      an object is always true
//   yield f();                        hands out the coroutine instead of running it
//   for (const x of f()) ...          runs a Blocking<T> past the scheduler
//   list.forEach(() => f())           and every other callback whose result nobody looks at
import path from 'node:path';
import ts from 'typescript';
import { at, loadProject, report, walk } from './project.mjs';

const folder = path.resolve(process.argv[2] ?? '.');
const { checker, files } = loadProject(folder);

const parts = (type) => (type.isUnion() ? type.types : [type]);
const generators = (type) => parts(type).filter((part) => part.symbol?.name === 'Generator');
const isGenerator = (node) => generators(checker.getTypeAtLocation(node)).length > 0;

/** Whether a generator yields `Sleep`: a coroutine of the scheduler, not a list of values. */
const isBlocking = (node) =>
  generators(checker.getTypeAtLocation(node)).some(
    (type) => checker.getTypeArguments(type)[0]?.symbol?.name === 'Sleep',
  );

/** Assigning a coroutine keeps it, so the value of an assignment is not thrown away. */
const isAssignment = (node) =>
  ts.isBinaryExpression(node) &&
  node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
  node.operatorToken.kind <= ts.SyntaxKind.LastAssignment;

const isLogical = (node) =>
  ts.isBinaryExpression(node) &&
  [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken].includes(node.operatorToken.kind);

/** The expression whose value this node throws away. */
function discarded(node) {
  if (ts.isExpressionStatement(node) || ts.isVoidExpression(node)) return node.expression;
  if (ts.isForStatement(node)) return node.incrementor;
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.CommaToken) return node.left;
  return undefined;
}

/** The expression that this node asks only whether it is true. */
function tested(node) {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) return node.expression;
  if (ts.isForStatement(node) || ts.isConditionalExpression(node)) return node.condition;
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) return node.operand;
  if (isLogical(node)) return node.left;
  return undefined;
}

/** Whether the result of a function written or named here goes to a caller that looks at none. */
function isIgnoredCallback(node) {
  const isFunction = ts.isArrowFunction(node) || ts.isFunctionExpression(node);
  const isArgument = ts.isCallExpression(node.parent ?? node) && node.parent.arguments.includes(node);
  if (!isFunction && !isArgument) return false;
  const expected = checker.getContextualType(node);
  const wanted = expected ? parts(expected).flatMap((type) => type.getCallSignatures()) : [];
  const ignores = wanted.length > 0 && wanted.every((signature) => signature.getReturnType().flags & ts.TypeFlags.Void);
  const given = checker.getTypeAtLocation(node).getCallSignatures();
  return ignores && given.some((signature) => generators(signature.getReturnType()).length > 0);
}

/** Whether a value is a coroutine that the whole expression ends in: `a && f()`, `a ? f() : g()`. */
const endsInGenerator = (node) => node !== undefined && !isAssignment(node) && isGenerator(node);

function faultOf(node) {
  if (endsInGenerator(discarded(node))) return [discarded(node), 'coroutine never run: write yield*'];
  const condition = tested(node);
  // An optional coroutine may be asked for: `if (pending)`. One that is always there may not.
  if (
    condition &&
    generators(checker.getTypeAtLocation(condition)).length === parts(checker.getTypeAtLocation(condition)).length
  )
    return [condition, 'a coroutine is always true: write yield*'];
  if (ts.isAwaitExpression(node) && isGenerator(node.expression))
    return [node.expression, 'await does not run a coroutine'];
  if (ts.isYieldExpression(node) && !node.asteriskToken && node.expression && isGenerator(node.expression))
    return [node, 'yield hands the coroutine out: write yield*'];
  if (ts.isForOfStatement(node) && isBlocking(node.expression))
    return [node.expression, 'only the scheduler runs a coroutine'];
  if (isIgnoredCallback(node)) return [node, 'the caller of this function ignores the coroutine it returns'];
  return null;
}

const findings = [];
for (const file of files) {
  walk(file, (node) => {
    const fault = faultOf(node);
    if (fault) findings.push(at(folder, fault[0], fault[1]));
  });
}
report(findings, `every coroutine in ${files.length} files is run`);
