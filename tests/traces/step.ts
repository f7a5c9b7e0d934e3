import { type Step as Call, stepsOf } from '../oracle/script.ts';

/** One thing that a step does. */
export type Move =
  /** A call from its beginning to its end. */
  | { readonly do: 'call'; readonly call: Call }
  | { readonly do: 'begin'; readonly call: Call }
  | { readonly do: 'end'; readonly task: number; readonly gives: string }
  | { readonly do: 'asleep' | 'signal' | 'kill'; readonly task: number }
  | { readonly do: 'pause'; readonly milliseconds: number };

/** A labelled part of a trace. */
export interface Step {
  /** null: nobody looks at what it leads to, and it is no step of the recorded run. */
  readonly label: string | null;
  readonly moves: readonly Move[];
  readonly requests: readonly string[];
  /** Why it is not made. */
  readonly not: string | null;
  /** Why Fusewire does otherwise. */
  readonly differs: string | null;
}

const REQUEST = /^(?:[A-Z][A-Z_0-9]+ n=|reply refused: )/;
const TASK = /^@(\d+)/;

/** Reads the text of steps; see docs/traces.md. @throws Error for a line that is none */
export function parseSteps(text: string): Step[] {
  const lines = text.split('\n').map((line) => line.trim());
  const steps: string[][] = [];
  for (const line of lines) {
    if (line.startsWith('## ') || line === '~') steps.push([line]);
    else if (line === '') continue;
    else if (steps.length === 0) throw new Error(`a line before the first step: ${line}`);
    else steps.at(-1)?.push(line);
  }
  return steps.map(stepOf);
}

function stepOf([head = '', ...lines]: readonly string[]): Step {
  const reasonOf = (word: string): string | null =>
    lines.find((line) => line.startsWith(`${word}: `))?.slice(word.length + 2) ?? null;
  return {
    label: head === '~' ? null : head.slice(3),
    moves: lines.filter((line) => !REQUEST.test(line) && !/^(?:not|differs): /.test(line)).map(moveOf),
    requests: lines.filter((line) => REQUEST.test(line)),
    not: reasonOf('not'),
    differs: reasonOf('differs'),
  };
}

function moveOf(line: string): Move {
  const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
  const task = Number(TASK.exec(rest)?.[1] ?? 0);
  switch (word) {
    case 'begin':
      return { do: 'begin', call: callOf(rest) };
    case 'end':
      return { do: 'end', task, gives: rest.replace(/^.*-> /, '') };
    case 'asleep':
    case 'signal':
    case 'kill':
      return { do: word, task };
    case 'pause':
      return { do: 'pause', milliseconds: Number(rest) };
    default:
      return { do: 'call', call: callOf(line) };
  }
}

function callOf(line: string): Call {
  const [call] = stepsOf(line);
  if (call === undefined) throw new Error(`no call: ${line}`);
  return call;
}
