import { toCopyMode } from './copy-file.ts';
import { nodeError } from './node-errors.ts';
import { toBoolean, toCallback, toObject } from './validate.ts';

/** fs.cp's options, complete. */
export interface CopyOptions {
  readonly dereference: boolean;
  readonly errorOnExist: boolean;
  readonly filter: ((source: string, destination: string) => boolean | Promise<boolean>) | undefined;
  readonly force: boolean;
  readonly mode: number; // COPYFILE_*
  readonly preserveTimestamps: boolean;
  readonly recursive: boolean;
  readonly verbatimSymlinks: boolean;
}

const defaults: CopyOptions = {
  dereference: false,
  errorOnExist: false,
  filter: undefined,
  force: true,
  mode: 0,
  preserveTimestamps: false,
  recursive: false,
  verbatimSymlinks: false,
};

const switches = [
  'dereference',
  'errorOnExist',
  'force',
  'preserveTimestamps',
  'recursive',
  'verbatimSymlinks',
] as const;

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_INCOMPATIBLE_OPTION_PAIR */
export function toCopyOptions(given: unknown): CopyOptions {
  if (given === undefined) return defaults;
  const options: CopyOptions = { ...defaults, ...toObject(given, 'options') };
  for (const name of switches) toBoolean(options[name], `options.${name}`);
  if (options.dereference && options.verbatimSymlinks) {
    throw nodeError(
      TypeError,
      'ERR_INCOMPATIBLE_OPTION_PAIR',
      'Option "dereference" cannot be used in combination with option "verbatimSymlinks"',
    );
  }
  if (options.filter !== undefined) toCallback(options.filter, 'options.filter');
  return { ...options, mode: toCopyMode(options.mode) };
}
