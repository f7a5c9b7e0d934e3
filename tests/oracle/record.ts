import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Puts text into a page of docs/, between the marks of that name.
 *
 * @throws Error when the page has no such place
 */
export function record(page: string, mark: string, text: string): void {
  const file = new URL(`../../docs/${page}`, import.meta.url);
  const [begin, end] = [`<!-- ${mark}: begin -->`, `<!-- ${mark}: end -->`];
  const [head, rest] = readFileSync(file, 'utf8').split(begin);
  const tail = rest?.split(end)[1];
  if (tail === undefined) throw new Error(`${file.pathname} has no place for what was recorded`);
  writeFileSync(file, `${head}${begin}\n\n${text}\n\n${end}${tail}`);
}
