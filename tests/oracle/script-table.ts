import type { Script } from './script.ts';

/** Scripts that are alike: each has a name, which is a sentence, and its steps. */
export const scriptTable = (
  shared: Omit<Script, 'name' | 'steps'>,
  table: Readonly<Record<string, string>>,
): Script[] => Object.entries(table).map(([name, steps]) => ({ ...shared, name, steps }));
