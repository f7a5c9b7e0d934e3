import { everyOperation } from '../node-fs/operations.ts';

/** What a worker can be asked besides the operations of `operations.ts`. */
export const controls = ['control.unmount', 'control.failure'] as const;

const names: readonly string[] = [...Object.keys(everyOperation), ...controls];
const numbers = new Map(names.map((name, number) => [name, number]));

/** How calls are named in shared memory: the same in both threads, since it comes of the same list. */
export const callNumbers = {
  numberOf: (name: string): number => numbers.get(name) as number,
  nameOf: (number: number): string => names[number] as string,
};
