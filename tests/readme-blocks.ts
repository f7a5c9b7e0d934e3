/** A code block of a document that says of itself, in a comment above it, that a test runs it. */
export interface Block {
  readonly kind: 'ts' | 'sh' | 'console';
  readonly line: number; // of the fence, from 1
  readonly code: string;
}

/** A command of a `console` block and what the block shows as its output. */
export interface Exchange {
  readonly command: string;
  readonly shown: string;
}

const kinds = new Set<string>(['ts', 'sh', 'console']);

/**
 * The blocks of a Markdown text that follow a line `<!-- test: ts -->`, `<!-- test: sh -->` or `<!-- test: console -->`.
 *
 * @throws Error for a marker of another kind, or one without a fence right below it.
 */
export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split('\n');
  return lines.flatMap((text, index) => {
    const kind = /^\s*<!-- test: (\S+) -->\s*$/.exec(text)?.[1];
    if (kind === undefined) return [];
    const end = lines.findIndex((line, at) => at > index + 1 && line.trim() === '```');
    if (!kinds.has(kind) || !lines[index + 1]?.startsWith('```') || end === -1) {
      throw new Error(`line ${index + 1}: a marker needs a kind (ts, sh, console) and a fenced block right below it`);
    }
    return [{ kind: kind as Block['kind'], line: index + 2, code: `${lines.slice(index + 2, end).join('\n')}\n` }];
  });
}

/** A code block that says of itself, in a comment above it, which file it is from. */
export interface Quote {
  readonly file: string;
  readonly line: number; // of the fence, from 1
  readonly code: string;
}

/**
 * The blocks of a Markdown text that follow a line `<!-- from: FILE -->`.
 *
 * @throws Error for a marker without a fence right below it
 */
export function quotesOf(markdown: string): Quote[] {
  const lines = markdown.split('\n');
  return lines.flatMap((text, index) => {
    const file = /^\s*<!-- from: (\S+) -->\s*$/.exec(text)?.[1];
    if (file === undefined) return [];
    const end = lines.findIndex((line, at) => at > index + 1 && line.trim() === '```');
    if (!lines[index + 1]?.startsWith('```') || end === -1) {
      throw new Error(`line ${index + 1}: a quote needs a fenced block right below its marker`);
    }
    return [{ file, line: index + 2, code: `${lines.slice(index + 2, end).join('\n')}\n` }];
  });
}

/** Whether whole lines of a text are these, one behind the other; the text may indent them all by some more. */
export function isQuoted(text: string, code: string): boolean {
  const indents = ['', '  ', '    '];
  return indents.some((indent) => `\n${text}`.includes(`\n${code.replace(/^(?=.)/gm, indent)}`));
}

/** Takes a `console` block apart: a command follows `$ `, a line that ends in a backslash goes on in the next one. */
export function exchangesOf(code: string): Exchange[] {
  const joined = code.replaceAll('\\\n', '');
  return joined
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command = '', ...shown] = text.trimEnd().split('\n');
      return { command, shown: shown.join('\n') };
    });
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Whether output is what a document shows. `...` stands for any text in a line, alone on a line for any lines. */
export function matches(output: string, shown: string): boolean {
  const pattern = shown
    .split('\n')
    .map((line) => (line.trim() === '...' ? '(?:.*\\n)*?' : `${line.split('...').map(escaped).join('.*')}[ ]*\\n`))
    .join('');
  return new RegExp(`^${pattern}$`).test(`${output.trimEnd()}\n`);
}
