/** What became of one daemon. */
export interface Line {
  readonly name: string;
  readonly from: string;
  readonly library: string;
  readonly ways: readonly string[];
  readonly checks: readonly string[];
  /** What writing to it loses, by its own nature. */
  readonly losses: readonly string[];
  readonly problems: readonly string[];
}

/** The ways in as words of the documentation. */
const wayNames: Readonly<Record<string, string>> = {
  fd: '`/dev/fd/N`',
  fusermount: 'stand-in for fusermount',
  intercept: 'interception',
};

const cells = (...texts: readonly string[]): string =>
  `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;

function result({ problems, losses }: Line): string {
  if (problems.length > 0) return `**fails**: ${problems.join('; ')}`;
  return losses.length === 0 ? 'holds' : `holds, but for what it does not keep: ${losses.join(', ')}`;
}

/** A table in Markdown: a row for each daemon that was run, and for each that was not, with the reason. */
export function tableOf(
  lines: readonly Line[],
  notRun: readonly { readonly name: string; readonly from: string; readonly reason: string }[],
): string {
  return [
    cells('daemon', 'Debian package', 'library', 'way in', 'checked', 'result'),
    cells('---', '---', '---', '---', '---', '---'),
    ...lines.map((line) =>
      cells(
        line.name,
        line.from,
        line.library,
        line.ways.map((way) => wayNames[way] ?? way).join(', ') || 'none',
        line.checks.join('; '),
        result(line),
      ),
    ),
    ...notRun.map(({ name, from, reason }) => cells(name, from, '', '', '', `not run: ${reason}`)),
  ].join('\n');
}
