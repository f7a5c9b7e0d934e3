import { readdirSync } from 'node:fs';
import type { Script } from './script.ts';

const folder = new URL('scripts/', import.meta.url);

/** All hand-written scripts: what the files of scripts/ export. @throws Error when two have one name */
export async function allScripts(): Promise<Script[]> {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .sort();
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, folder).href) as Promise<{ scripts: readonly Script[] }>),
  );
  const scripts = modules.flatMap((module) => module.scripts);
  const names = new Set<string>();
  for (const { name } of scripts) {
    if (names.has(name)) throw new Error(`two scripts are called ${name}`);
    names.add(name);
  }
  return scripts;
}
