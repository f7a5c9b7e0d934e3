/** What a function throws; undefined when it returns. For errnos, which are no Error. */
export function thrownBy(code: () => unknown): unknown {
  try {
    code();
  } catch (error) {
    return error;
  }
  return undefined;
}
