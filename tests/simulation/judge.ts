import { Model } from './model.ts';
import { type Judged, type Progress, START, type StepResult, stepsOf } from './steps.ts';

/** One end of a call, in the order in which all of them happened. */
export interface Moment {
  readonly kind: 'begins' | 'ends';
  readonly call: number;
}

/** One way in which everything so far may have happened: what there is, and how far each call under way has come. */
interface World {
  readonly model: Model;
  readonly calls: ReadonlyMap<number, Progress | 'done'>;
}

/** More worlds than this are not looked at: the judge abstains. */
const MOST_WORLDS = 20_000;

/** What the judge says. */
export type Verdict = 'explained' | 'too many ways' | { readonly call: number; readonly allowed: readonly string[] };

/**
 * Whether some order of the steps of all calls explains what each call gave: each step between the call's begin and its end.
 * What is unknown of a call (`result` null) may have happened in part, also later. Else it says which call nothing
 * explains, and what it might have given.
 */
export function judge(calls: readonly Judged[], moments: readonly Moment[]): Verdict {
  let worlds: World[] = [{ model: Model.empty(), calls: new Map() }];
  for (const { kind, call: at } of moments) {
    const call = calls[at] as Judged;
    if (kind === 'begins') {
      worlds = worlds.map(({ model, calls: under }) => ({ model, calls: new Map(under).set(at, START) }));
    } else if (call.result !== null) {
      const next = worldsAfter(worlds, at, calls);
      if (next === null) return 'too many ways';
      if (next.length === 0) return { call: at, allowed: resultsOf(worlds, at, calls) };
      worlds = next;
    }
  }
  return 'explained';
}

/** Every world in which a call has ended as it did. */
function worldsAfter(worlds: readonly World[], ended: number, calls: readonly Judged[]): World[] | null {
  const seen = new Set<string>();
  const after = new Map<string, World>();
  const open = [...worlds];
  for (let world = open.pop(); world !== undefined; world = open.pop()) {
    const key = keyOf(world);
    if (seen.has(key)) continue;
    seen.add(key);
    if (seen.size > MOST_WORLDS) return null;
    if (world.calls.get(ended) === 'done') {
      const left = new Map(world.calls);
      left.delete(ended);
      const without = { ...world, calls: left };
      after.set(keyOf(without), without);
    } else {
      for (const at of world.calls.keys()) open.push(...advanced(world, at, calls));
    }
  }
  return [...after.values()];
}

/** A world after one more step of a call, if there is one that fits what the call gave. */
function advanced(world: World, at: number, calls: readonly Judged[]): World[] {
  const call = calls[at] as Judged;
  const stepped = take(world, at, call);
  if (stepped === null || ('end' in stepped && call.result !== null && stepped.end !== call.result)) return [];
  const progress = 'end' in stepped ? 'done' : stepped.progress;
  return [{ model: stepped.model, calls: new Map(world.calls).set(at, progress) }];
}

function take(world: World, at: number, call: Judged): StepResult | null {
  const progress = world.calls.get(at);
  if (progress === undefined || progress === 'done') return null;
  const step = stepsOf(call)[progress.step];
  if (step === undefined) throw new Error(`${call.name} has no end`);
  return step(world.model, progress, call);
}

/** What a call could have given, for people. */
function resultsOf(worlds: readonly World[], wanted: number, calls: readonly Judged[]): string[] {
  const results = new Set<string>();
  const seen = new Set<string>();
  const open = [...worlds];
  for (let world = open.pop(); world !== undefined && seen.size < MOST_WORLDS; world = open.pop()) {
    const key = keyOf(world);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const at of world.calls.keys()) {
      const stepped = at === wanted ? take(world, at, calls[at] as Judged) : null;
      if (stepped === null) open.push(...advanced(world, at, calls));
      else if ('end' in stepped) results.add(stepped.end);
      else open.push({ model: stepped.model, calls: new Map(world.calls).set(at, stepped.progress) });
    }
  }
  return [...results];
}

const keys = new WeakMap<Progress, string>();

function progressKey(progress: Progress): string {
  let key = keys.get(progress);
  if (key === undefined) {
    const { step, directory, rest, links, mayEnter, node, first } = progress;
    key = `${step},${directory},${rest?.join('/')},${links},${mayEnter},${node},${first}`;
    keys.set(progress, key);
  }
  return key;
}

function keyOf({ model, calls }: World): string {
  let key = model.key;
  for (const [at, progress] of calls) key += progress === 'done' ? `\n${at}` : `\n${at}:${progressKey(progress)}`;
  return key;
}
