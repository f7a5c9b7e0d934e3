import type { TaskSpec } from '../oracle/script.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { Detail } from './describe.ts';
import type { Settings } from './settings.ts';
import type { Stage } from './stage.ts';

/** Something between two steps: the server changes, or a message is written. It is no step of its own. */
export type Change = (stage: Stage) => void | Promise<void>;

/** A step that is no system call: what it gives, and the requests it leads to. */
export interface Deed {
  readonly label: string;
  act(stage: Stage): string | Promise<string>;
  readonly gives: string;
  readonly requests?: readonly string[];
  /** Why Fusewire does otherwise. */
  readonly differs?: string;
}

/** Steps that cannot be made, one a line, and why. */
export interface NotMade {
  readonly labels: readonly string[];
  readonly because: string;
}

/** One mount of a trace. */
export interface TraceMount {
  readonly title: string;
  readonly server?: Partial<Settings>;
  readonly tasks?: readonly TaskSpec[];
  readonly mount?: Scenario['mount'];
  readonly detail?: Detail;
  /** Text has steps as docs/traces.md describes them. */
  readonly play: readonly (string | Change | Deed | NotMade)[];
}

/** What a real kernel asked a server in one recorded run: several mounts, one after the other. */
export interface Trace {
  readonly name: string;
  readonly covers: string;
  readonly mounts: readonly TraceMount[];
}
