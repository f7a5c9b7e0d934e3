import { mountingOf, type World } from '../scenarios/world.ts';
import { Stage } from './stage.ts';
import { type Move, parseSteps, type Step } from './step.ts';
import type { Change, Deed, NotMade, TraceMount } from './trace.ts';

/** What a step came to, held against what was recorded; `problem` is null when it is the same. */
export interface Verdict {
  readonly label: string;
  readonly problem: string | null;
}

/** One part of a mount's play that has requests of its own. */
type Part = Change | Deed | NotMade | Step;

/** The parts of a mount, texts taken apart. */
export const partsOf = ({ play }: TraceMount): Part[] =>
  play.flatMap((item): Part[] => (typeof item === 'string' ? parseSteps(item) : [item]));

/** Plays a mount of a trace on a kernel. Everything is played, whatever differs on the way. */
export async function play(world: World, mount: TraceMount): Promise<Verdict[]> {
  const stage = new Stage(world, mount.server ?? {}, mount.detail ?? 'none');
  await stage.serveLines(1);
  const [init, ...others] = stage.takeRequests();
  if (!init?.startsWith('INIT n=0') || others.length > 0) throw new Error(`no INIT comes, but ${init} ${others}`);
  const verdicts: Verdict[] = [];
  for (const part of partsOf(mount)) {
    if (typeof part === 'function') await part(stage);
    else if ('labels' in part) continue;
    else if ('act' in part) verdicts.push(await playDeed(stage, part));
    else if (part.not === null) verdicts.push(...(await playStep(stage, part)));
  }
  return verdicts;
}

/** The kernel's side of a world that a mount wants. */
export const mountingFor = ({ mount, tasks }: TraceMount): ReturnType<typeof mountingOf> =>
  mountingOf({ moves: [], ...(mount === undefined ? {} : { mount }), ...(tasks === undefined ? {} : { tasks }) });

async function playDeed(stage: Stage, { label, act, gives, requests = [], differs }: Deed): Promise<Verdict> {
  const result = await act(stage);
  const problems = result === gives ? [] : [`gives ${result}, recorded ${gives}`];
  return judge(stage, { label, requests, differs: differs ?? null }, problems);
}

async function playStep(stage: Stage, step: Step): Promise<Verdict[]> {
  const problems: string[] = [];
  for (const move of step.moves) {
    const problem = await make(stage, move);
    if (problem !== null) problems.push(problem);
  }
  if (step.label !== null) return [await judge(stage, { ...step, label: step.label }, problems)];
  stage.serve();
  stage.takeRequests();
  return problems.length === 0 ? [] : [{ label: 'what no step is', problem: problems.join('\n') }];
}

type Recorded = Pick<Step, 'requests' | 'differs'> & { readonly label: string };

async function judge(stage: Stage, recorded: Recorded, problems: string[]): Promise<Verdict> {
  const { label, differs } = recorded;
  await stage.serveLines(recorded.requests.length);
  const requests = stage.takeRequests();
  if (requests.join('\n') !== recorded.requests.join('\n')) {
    problems.push(`asks\n${indented(requests)}\n  recorded\n${indented(recorded.requests)}`);
  }
  if (differs === null || stage.world.name === 'Linux') {
    return { label, problem: problems.length === 0 ? null : problems.join('\n  ') };
  }
  return { label, problem: problems.length === 0 ? `is listed as different, but is the same: ${differs}` : null };
}

const indented = (lines: readonly string[]): string =>
  lines.length === 0 ? '    nothing' : lines.map((line) => `    ${line}`).join('\n');

/** Makes a move; what is wrong with its result, or null. */
async function make(stage: Stage, move: Move): Promise<string | null> {
  const { world } = stage;
  switch (move.do) {
    case 'call':
      world.start(move.call);
      await stage.serveCall(move.call.task);
      return compare(move.call.line, await world.end(move.call.task), move.call.expected);
    case 'begin':
      world.start(move.call);
      return null;
    case 'end':
      await stage.serveCall(move.task);
      return compare(`the call of task ${move.task}`, await world.end(move.task), move.gives);
    case 'asleep':
      stage.serve();
      return world.asleep(move.task).then(
        () => null,
        (error: Error) => error.message,
      );
    case 'signal':
      world.signal(move.task, 'signal');
      return null;
    case 'kill':
      world.signal(move.task, 'killed');
      return null;
    case 'pause':
      await world.pause(move.milliseconds);
      return null;
  }
}

/** A result must have each word that is expected; without any, it must be a success. */
function compare(what: string, result: string, expected: string | null): string | null {
  const isSame =
    expected === null
      ? !/^(?:E[A-Z0-9]+|killed)$/.test(result)
      : expected === result || expected.split(' ').every((word) => result.split(' ').includes(word));
  return isSame ? null : `${what}: gives ${result}`;
}
