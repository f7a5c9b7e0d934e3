import { Model } from './model.ts';
import { type Judged, type Progress, START, type StepResult, stepsOf } from './steps.ts';

/** One end of a call, in the order in which all of them happened. */
export interface Moment {
  readonly kind: 'begins' | 'ends';
  readonly call: number;
}

/** What the judge says. */
export type Verdict = 'explained' | 'too many ways' | { readonly call: number; readonly allowed: readonly string[] };

/**
 * Whether some order of the steps of all calls explains what each call gave: each step between the call's begin and its end.
 * What is unknown of a call (`result` null) may have happened in part, also later. Else it says which call nothing
 * explains, and what it might have given.
 */
export function judge(calls: readonly Judged[], moments: readonly Moment[]): Verdict {
  const search = new Search(calls);
  let worlds: readonly World[] = [{ model: search.begin, places: new Map() }];
  for (const { kind, call: at } of moments) {
    if (kind === 'begins') {
      worlds = worlds.map(({ model, places }) => ({ model, places: new Map(places).set(at, search.start) }));
    } else if (calls[at]?.result !== null) {
      const next = search.after(worlds, at);
      if (next === null) return 'too many ways';
      if (next.length === 0) return { call: at, allowed: search.resultsOf(worlds, at) };
      worlds = next;
    }
  }
  return 'explained';
}

/** How far a call is: on its way, or at its end. */
type Place = Progress | 'done';

/**
 * One way in which everything so far may have happened: what there is, and how far each call under way had come when that
 * changed last. What calls have only looked at since then they can as well look at later.
 */
interface World {
  readonly model: Model;
  readonly places: ReadonlyMap<number, Place>;
}

/** What a call does of its own while nothing else changes: the places that it comes to, and then a change, or nothing. */
interface Chain {
  readonly places: readonly Place[];
  readonly change: StepResult | null;
}

/** More worlds than this are not looked at: the judge abstains. */
const MOST_WORLDS = 10_000;

class Search {
  readonly begin = Model.empty();
  readonly start = START;
  readonly #calls: readonly Judged[];
  readonly #models = new Map<string, Model>();
  readonly #chains = new Map<string, Chain>();
  readonly #numbers = new Map<object, number>();
  readonly #places = new Map<string, Progress>();

  constructor(calls: readonly Judged[]) {
    this.#calls = calls;
  }

  /** Every world in which a call has ended as it did; null when there are too many ways to get there. */
  after(worlds: readonly World[], ended: number): World[] | null {
    const after = new Map<string, World>();
    const isBounded = this.#explore(worlds, (world) => {
      const chain = this.#chainOf(world, ended);
      if (chain.places.at(-1) !== 'done') return 'go on';
      const places = new Map(world.places);
      places.delete(ended);
      after.set(this.#keyOf({ ...world, places }), { ...world, places });
      return 'stop'; // What changes besides can as well change later.
    });
    return isBounded ? [...after.values()] : null;
  }

  /** What a call could have given, for people. */
  resultsOf(worlds: readonly World[], wanted: number): string[] {
    const results = new Set<string>();
    this.#explore(worlds, (world) => {
      const last = this.#chainOf(world, wanted).places.at(-1);
      const stepped = last === undefined || last === 'done' ? null : this.#step(world.model, wanted, last);
      if (stepped !== null && 'end' in stepped) results.add(stepped.end);
      return 'go on';
    });
    return [...results];
  }

  /** Visits every world that these can become by changes of calls under way. Tells whether it saw all. */
  #explore(worlds: readonly World[], visit: (world: World) => 'go on' | 'stop'): boolean {
    const seen = new Set<string>();
    const open = [...worlds];
    for (let world = open.pop(); world !== undefined; world = open.pop()) {
      const key = this.#keyOf(world);
      if (seen.has(key)) continue;
      seen.add(key);
      if (seen.size > MOST_WORLDS) return false;
      if (visit(world) === 'stop') continue;
      for (const at of world.places.keys()) open.push(...this.#changed(world, at));
    }
    return true;
  }

  /** The worlds after the next change of one call: the others have looked at some of what was before. */
  #changed(world: World, at: number): World[] {
    const { change } = this.#chainOf(world, at);
    if (change === null) return [];
    const model = this.#interned(change.model);
    let grown: Map<number, Place>[] = [new Map()];
    for (const [other, place] of world.places) {
      const places = other === at ? [this.#placeAfter(change)] : this.#worthKeeping(world, other, place, model);
      grown = grown.flatMap((map) => places.map((each) => new Map(map).set(other, each)));
    }
    return grown.map((places) => ({ model, places }));
  }

  /** The places of a call before a change that it cannot come to after it as well. */
  #worthKeeping({ model }: World, call: number, from: Place, changed: Model): Place[] {
    const kept = [from];
    for (const place of this.#chain(model, call, from).places) {
      const last = kept.at(-1) as Place;
      if (place !== last && !this.#chain(changed, call, last).places.includes(place)) kept.push(place);
    }
    return kept;
  }

  #chainOf(world: World, at: number): Chain {
    return this.#chain(world.model, at, world.places.get(at) as Place);
  }

  #chain(model: Model, at: number, from: Place): Chain {
    if (from === 'done') return { places: ['done'], change: null };
    const key = `${this.#numberOf(model)},${at},${this.#numberOf(from)}`;
    const known = this.#chains.get(key);
    if (known !== undefined) return known;
    const chain = this.#follow(model, at, from);
    this.#chains.set(key, chain);
    return chain;
  }

  #follow(model: Model, at: number, from: Progress): Chain {
    const places: Place[] = [from];
    for (let place: Place = from; place !== 'done'; ) {
      const stepped = this.#step(model, at, place);
      if (!this.#fits(stepped, at)) break;
      if (stepped.model !== model) return { places, change: stepped };
      place = this.#placeAfter(stepped);
      places.push(place);
    }
    return { places, change: null };
  }

  #step(model: Model, at: number, place: Progress): StepResult {
    const call = this.#calls[at] as Judged;
    const step = stepsOf(call)[place.step];
    if (step === undefined) throw new Error(`${call.name} has no end`);
    return step(model, place, call);
  }

  #fits(stepped: StepResult, at: number): boolean {
    const { result } = this.#calls[at] as Judged;
    return !('end' in stepped) || result === null || stepped.end === result;
  }

  /** Equal places and models are the same object, so that they are found again. */
  #placeAfter(stepped: StepResult): Place {
    if ('end' in stepped) return 'done';
    const { step, directory, rest, links, mayEnter, node, first, size } = stepped.progress;
    const key = `${step},${directory},${rest?.join('/')},${links},${mayEnter},${node},${first},${size}`;
    const known = this.#places.get(key) ?? stepped.progress;
    this.#places.set(key, known);
    return known;
  }

  #interned(model: Model): Model {
    const known = this.#models.get(model.key) ?? model;
    this.#models.set(model.key, known);
    return known;
  }

  #numberOf(thing: object): number {
    const known = this.#numbers.get(thing) ?? this.#numbers.size;
    this.#numbers.set(thing, known);
    return known;
  }

  #keyOf({ model, places }: World): string {
    let key = String(this.#numberOf(model));
    for (const [at, place] of places) key += place === 'done' ? `,${at}` : `,${at}:${this.#numberOf(place)}`;
    return key;
  }
}
