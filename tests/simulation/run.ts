import type { Process } from '../../src/process/process.ts';
import type { Thread } from '../../src/process/thread.ts';
import type { Blocking } from '../../src/task/blocking.ts';
import { calls as oracleCalls, resolved, type Variables } from '../oracle/calls.ts';
import type { Step } from '../oracle/script.ts';
import { serverOf } from '../oracle/servers.ts';
import { type PlannedCall, performs } from './calls.ts';
import { judge, type Moment } from './judge.ts';
import { leftoversOf } from './leftovers.ts';
import { type Cuts, type Plan, planOf, type ThreadPlan } from './plan.ts';
import type { Judged } from './steps.ts';
import { outcomeOf, World } from './world.ts';

/** What came of a seed. */
export interface Outcome {
  readonly plan: Plan;
  /** Everything that happened, in order; the same for the same seed. */
  readonly log: readonly string[];
  /** What is wrong; empty when nothing is. */
  readonly faults: readonly string[];
  /** Whether the judge lost track: too many orders were possible. */
  readonly isUndecided: boolean;
  /** How many calls were made. */
  readonly calls: number;
}

/** Plays a seed, and judges what came of it. */
export function simulate(seed: number, cuts: Cuts = {}): Outcome {
  return new Run(planOf(seed, cuts)).outcome();
}

class Run {
  readonly #plan: Plan;
  readonly #lines: string[] = [];
  readonly #world: World;
  readonly #server: ReturnType<typeof serverOf>;
  readonly #calls: (Judged & { result: string | null })[] = [];
  readonly #moments: Moment[] = [];
  readonly #faults: string[] = [];
  readonly #processes: Process[];
  /** The descriptors that each process has, by the names they are kept under. */
  readonly #kept: Variables[];
  #isUndecided = false;
  #made = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#server = serverOf(plan.variant);
    this.#world = new World(plan, this.#server.server, { name: 'first', lines: this.#lines });
    this.#processes = plan.uids.map((_, at) => this.#world.process(200 + at));
    this.#kept = plan.uids.map(() => ({}));
  }

  outcome(): Outcome {
    const { seed, mode, variant } = this.#plan;
    this.#world.log(`seed ${seed}: ${mode}, ${variant.name}`);
    try {
      this.#play();
    } catch (error) {
      this.#faults.push(describe(error));
    }
    return {
      plan: this.#plan,
      log: this.#lines,
      faults: this.#faults,
      isUndecided: this.#isUndecided,
      calls: this.#made,
    };
  }

  #play(): void {
    const isJudged = this.#plan.mode !== 'hostile';
    this.#setUp(isJudged);
    this.#server.begin();
    for (const thread of this.#plan.threads) this.#start(thread);
    this.#world.play();
    this.#world.settle();
    if (isJudged) this.#view();
    this.#end();
    if (isJudged) this.#judge();
    const { mistakes, server } = this.#world;
    this.#faults.push(...mistakes.map(describe), ...server.ledger.complaints);
  }

  #setUp(isJudged: boolean): void {
    const first = this.#world.process(199);
    if (isJudged) {
      this.#world.runAlone(first, 0, (thread) => this.#judged(thread, { name: 'mkdir', args: ['d', 0o777] }));
      this.#world.runAlone(first, 0, (thread) => this.#judged(thread, { name: 'symlink', args: ['d', 's'] }));
    } else {
      const variables: Variables = {};
      for (const step of this.#plan.setUp)
        this.#world.runAlone(first, 0, (thread) => this.#step(thread, step, variables));
    }
    this.#world.end(first);
  }

  #start({ process, calls }: ThreadPlan): void {
    const uid = this.#plan.uids[process] ?? 0;
    const kept = this.#kept[process] as Variables;
    const run = this;
    this.#world.start(this.#processes[process] as Process, uid, function* (thread) {
      for (const call of calls) {
        if ('judged' in call) yield* run.#judged(thread, call.judged, kept);
        else yield* run.#step(thread, call.step, kept);
        if (thread.pending === 'killed') return;
        thread.pending = 'none';
      }
    });
  }

  /** Makes a call, and writes down for the judge when it began and ended, and with what. */
  *#judged(thread: Thread, { name, args: planned, keep }: PlannedCall, kept: Variables = {}): Blocking<void> {
    const { server } = this.#world;
    const args = planned.map((argument) => descriptorOf(argument, kept));
    const at = this.#calls.length;
    const call: Judged & { result: string | null } = {
      ...{ name, args, pid: thread.process.pid, uid: thread.credentials.uid, id: `file ${at}`, result: null },
      isCached: this.#plan.variant.directIo !== true,
    };
    this.#calls.push(call);
    this.#moments.push({ kind: 'begins', call: at });
    this.#world.log(`${thread.tid} #${at} ${name}(${args.join(', ')})`);
    server.madeUp.delete(thread.tid);
    const result = yield* outcomeOf((performs[name] as (...all: unknown[]) => Blocking<unknown>)(thread, ...args));
    this.#made++;
    this.#world.log(`${thread.tid} #${at} ${name} = ${result}`);
    const isKilled = result === 'EINTR' && thread.pending === 'killed';
    call.result = isKilled || server.madeUp.get(thread.tid)?.has(result) === true ? null : result;
    this.#moments.push({ kind: 'ends', call: at });
    if (keep !== undefined && /^\d+$/.test(result)) kept[keep] = Number(result);
  }

  *#step(thread: Thread, { call, args, bind, line }: Step, kept: Variables): Blocking<void> {
    this.#world.log(`${thread.tid} ${line}`);
    const row = oracleCalls[call];
    if (row === undefined) throw new Error(`no call ${call}`);
    const result = yield* outcomeOf(row.fusewire(thread, ...resolved(args, kept)));
    this.#made++;
    this.#world.log(`${thread.tid} ${call} = ${result}`);
    if (bind !== null && /^\d+$/.test(result)) kept[bind] = Number(result);
  }

  /** Everything that there is, as the judge must be able to explain it too; and as another mount of the server shows it. */
  #view(): void {
    if (this.#world.asleep.length > 0) return;
    const from = this.#calls.length;
    this.#viewOf(this.#world);
    const shown = this.#calls.slice(from).map(({ result }) => result);
    if (shown.includes(null)) return;
    const count = this.#calls.length;
    const moments = this.#moments.length;
    const calm = { ...this.#plan, faults: 0, mode: 'orderly' as const };
    const second = new World(calm, this.#server.server, { name: 'second', lines: [] });
    this.#viewOf(second);
    const there = this.#calls.splice(count).map(({ result }) => result);
    this.#moments.splice(moments);
    if (there.join('\n') === shown.join('\n')) return;
    this.#faults.push(`the mount shows\n${shown.join('\n')}\nbut the server has\n${there.join('\n')}`);
  }

  #viewOf(world: World): void {
    const viewer = world.process(300);
    world.runAlone(viewer, 0, (thread) => this.#look(thread, '/'));
    world.end(viewer);
  }

  *#look(thread: Thread, path: string): Blocking<void> {
    for (const name of (yield* this.#ask(thread, 'list', path)).split(' ')) {
      if (name === '.' || name === '..' || name === '') continue;
      const place = path === '/' ? name : `${path}/${name}`;
      const [kind] = (yield* this.#ask(thread, 'lstat', place)).split(' ');
      if (kind === 'directory') yield* this.#look(thread, place);
      if (kind === 'symlink') yield* this.#ask(thread, 'readlink', place);
      if (kind !== 'file') continue;
      const fd = yield* this.#ask(thread, 'open', place, 'O_RDONLY', 0);
      yield* this.#ask(thread, 'pread', fd, 1000, 0);
      yield* this.#ask(thread, 'close', fd);
    }
  }

  *#ask(thread: Thread, name: string, ...args: (string | number)[]): Blocking<string> {
    const at = this.#calls.length;
    yield* this.#judged(thread, { name, args: args.map((each) => (/^\d+$/.test(String(each)) ? Number(each) : each)) });
    return this.#calls[at]?.result ?? '';
  }

  #end(): void {
    const world = this.#world;
    const { mode } = this.#plan;
    if (world.asleep.length > 0) {
      if (world.server.ignored === 0) this.#faults.push(`asleep though all is answered: ${world.asleep.join('; ')}`);
      if (mode === 'hostile') world.connection.abort('user');
      world.killAll();
      world.settle();
    }
    for (const process of this.#processes) world.end(process);
    if (world.asleep.length > 0) this.#faults.push(`asleep for ever: ${world.asleep.join('; ')}`);
    this.#faults.push(...leftoversOf(world, mode));
  }

  #judge(): void {
    const verdict = judge(this.#calls, this.#moments);
    if (verdict === 'explained') return;
    if (verdict === 'too many ways') {
      this.#isUndecided = true;
      return;
    }
    const { name, args, result } = this.#calls[verdict.call] as Judged;
    const call = `#${verdict.call} ${name}(${args.join(', ')})`;
    this.#faults.push(`${call} gave ${result}; what could be: ${verdict.allowed.join(' or ')}`);
  }
}

/** The descriptor that a process keeps under a name; one that nobody has if there is none. */
function descriptorOf(argument: string | number, kept: Variables): string | number {
  if (typeof argument !== 'string' || !argument.startsWith('$')) return argument;
  return kept[argument.slice(1)] ?? 99;
}

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
