import * as fs from 'node:fs';
import * as path from 'node:path';
import { cases } from './cases.ts';
import { plot } from './plot.ts';
import type { Report } from './report.ts';
import { caseColumns, caseRows, caseTitle, markdown, short, targetColumns, targetRows } from './table.ts';

/** Writes a run into a document, between its markers, and a plot for each case beside it. */
export function record(report: Report, file: string): void {
  const folder = file.replace(/\.md$/, '');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const sections: Record<string, string> = { machine: describe(report), targets: targetsOf(report), cases: '' };
  for (const one of cases) {
    const results = report.results.filter((result) => result.case === one.name);
    if (results.length === 0) continue;
    const table = markdown(caseColumns, caseRows(results));
    const details = `<details><summary>${caseTitle(one)}</summary>\n\n${table}\n\n</details>`;
    const isCompared = results.some(({ subject }) => subject === 'd');
    const picture = isCompared ? `![${one.title}](${path.basename(folder)}/${one.name}.svg)\n\n` : '';
    if (isCompared) fs.writeFileSync(path.join(folder, `${one.name}.svg`), plot(one.title, results));
    sections.cases += `### ${one.name}\n\n${picture}${details}\n\n`;
  }
  fs.writeFileSync(file, replaceSections(fs.readFileSync(file, 'utf8'), sections));
}

/**
 * Puts text between `<!-- bench: NAME -->` and `<!-- /bench -->`; what stands elsewhere stays.
 *
 * @throws Error for a name that has no such place
 */
export function replaceSections(document: string, sections: Readonly<Record<string, string>>): string {
  return Object.entries(sections).reduce((text, [name, content]) => {
    const place = new RegExp(`(<!-- bench: ${name} -->\n)[^]*?(<!-- /bench -->)`);
    if (!place.test(text)) throw new Error(`there is no <!-- bench: ${name} --> ... <!-- /bench -->`);
    return text.replace(place, (_, before: string, after: string) => `${before}\n${content.trim()}\n\n${after}`);
  }, document);
}

function describe({ machine, effort, subjects }: Report): string {
  const { cpu, cpus, memory, kernel, node, load } = machine;
  const { rounds, turn, sizes } = effort;
  const count = (value: number): string => value.toLocaleString('en');
  return [
    `${cpus} CPUs (${cpu}), ${memory} GiB, ${kernel}, Node ${node}; load before the run: ${short(load)}.`,
    `${rounds} rounds of ${turn} ms for each way of each subject; large file ${count(sizes.file / 2 ** 20)} MiB,`,
    `largest directory ${count(sizes.entries)} entries, tree of ${count(sizes.tree)} files.`,
    '',
    markdown(
      ['', 'what is measured'],
      Object.entries(subjects).map(([letter, title]) => [letter, title]),
    ),
  ].join('\n');
}

const targetsOf = ({ targets }: Report): string => markdown(targetColumns, targetRows(targets));
