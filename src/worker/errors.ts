const kinds: Readonly<Record<string, new (message?: string) => Error>> = { Error, TypeError, RangeError, SyntaxError };

/** What stands before the frames of a stack. */
const HEAD = /^[\s\S]*?(?=\n {4}at )/;

/** An error as values: its class, message, the head of its stack, and its own properties, the enumerable ones first. */
export function partsOfError(error: Error): unknown[] {
  const kind = error instanceof TypeError ? 'TypeError' : error instanceof RangeError ? 'RangeError' : 'Error';
  const names = Object.getOwnPropertyNames(error).filter((name) => name !== 'stack' && name !== 'message');
  const shown = new Set(Object.keys(error));
  const fields = error as unknown as Record<string, unknown>;
  const pick = (isShown: boolean): object =>
    Object.fromEntries(names.filter((name) => shown.has(name) === isShown).map((name) => [name, fields[name]]));
  return [kind, error.message, HEAD.exec(error.stack ?? '')?.[0] ?? null, pick(true), pick(false)];
}

/** The error that was made into values, its stack from here on. */
export function errorOf(parts: readonly unknown[]): Error {
  const [kind, message, head, shown, hidden] = parts as [string, string, string | null, object, object];
  const error = new (kinds[kind] ?? Error)(message);
  if (head !== null) error.stack = `${head}${(error.stack ?? '').replace(HEAD, '')}`;
  Object.assign(error, shown);
  for (const [name, value] of Object.entries(hidden)) {
    Object.defineProperty(error, name, { value, configurable: true, writable: true });
  }
  return error;
}
