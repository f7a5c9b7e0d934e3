import { expect } from 'vitest';
import { Errno } from '../../src/abi/errno.ts';
import { initDone } from './init.ts';
import { ReadRequests } from './read-requests.ts';
import { replyMessage } from './replies.ts';
import { described } from './requests.ts';
import type { Move, Moves, Scenario } from './scenario.ts';
import { mountingOf, type World } from './world.ts';

const ROOM = 1 << 21; // bytes

/**
 * Plays a scenario on a kernel. At the end nothing may wait to be read: each request was expected, each byte of it.
 *
 * @throws Error at the first move that does not go as told
 */
export async function play(world: World, { init = {}, ...scenario }: Scenario): Promise<void> {
  const requests = new ReadRequests(world, mountingOf(scenario).tasks);
  const opening = init === 'told' ? [] : initDone(init);
  for (const [at, move] of flattened([opening, ...scenario.moves, NOTHING_LEFT]).entries()) {
    try {
      await make(world, requests, move);
    } catch (error) {
      const failure = error instanceof Errno ? new Error(error.code) : error;
      if (failure instanceof Error) failure.message = `${world.name}, move ${at} (${told(move)}): ${failure.message}`;
      throw failure;
    }
  }
}

const flattened = (moves: Moves): Move[] => ('do' in moves ? [moves] : moves.flatMap(flattened));

const NOTHING_LEFT: Move = { do: 'nothing left' };

function told(move: Move): string {
  if ('step' in move) return `${move.do} of ${move.step.line}`;
  if ('expected' in move) return `read of ${move.expected.name}`;
  if ('to' in move) return `answer to ${move.to}`;
  return move.do;
}

async function make(world: World, requests: ReadRequests, move: Move): Promise<void> {
  switch (move.do) {
    case 'start':
      return world.start(move.step);
    case 'end':
      return checkEnd(await world.end(move.step.task), move.gives);
    case 'read':
      return readRequest(world, requests, move);
    case 'forgotten':
      return readForget(world, requests, move);
    case 'write':
      return checkWrite(world, move, replyMessage(move.reply, requests.uniqueOf(move.to)));
    case 'read fails':
      return expect(readOutcome(world, move.file, move.room)).toBe(move.errno);
    case 'write bytes':
      return expect(writeOutcome(world, move.file, move.message)).toBe(move.gives);
    case 'nothing left':
      return checkNothingLeft(world, requests);
    default:
      return act(world, move);
  }
}

async function act(world: World, move: Move): Promise<void> {
  if (move.do === 'waiting') await world.waiting(move.count);
  else if (move.do === 'asleep') await world.asleep(move.task);
  else if (move.do === 'signal') world.signal(move.task, move.kind);
  else if (move.do === 'open') world.open();
  else if (move.do === 'clone') expect(outcome(() => world.clone(move.file, move.source), '0')).toBe(move.gives);
  else if (move.do === 'poll') await world.poll(move.file, move.gives);
  else if (move.do === 'close') world.close(move.file);
  else if (move.do === 'drop caches') world.dropCaches(move.what);
  else if (move.do === 'abort') world.abort();
  else if (move.do === 'unmount') world.unmount();
  else if (move.do === 'unmounted') await world.unmounted();
  else if (move.do === 'passes') await world.pause(move.seconds * 1000);
}

async function readRequest(world: World, requests: ReadRequests, move: Extract<Move, { do: 'read' }>): Promise<void> {
  let message: Uint8Array;
  do message = await world.read(move.file, ROOM);
  while (requests.setAside(message, move.expected.name));
  requests.check(move, message);
}

async function readForget(
  world: World,
  requests: ReadRequests,
  { nodeid, nlookup }: Extract<Move, { do: 'forgotten' }>,
): Promise<void> {
  while (!requests.takeForgotten(nodeid, nlookup)) {
    const message = await world.read(0, ROOM);
    if (!requests.setAside(message, '')) expect(described(message)).toEqual(`FORGET of ${nodeid}`);
  }
}

function checkNothingLeft(world: World, requests: ReadRequests): void {
  expect(readOutcome(world, 0, ROOM)).not.toBe('a request');
  expect(requests.forgottenUnexpected).toEqual([]);
}

function checkEnd(result: string, gives: string | RegExp | null): void {
  if (gives instanceof RegExp) expect(result).toMatch(gives);
  else if (gives !== null) expect(result).toBe(gives);
  else expect(result, 'a call that succeeds').not.toMatch(/^(?:E[A-Z0-9]+|killed)$/);
}

function checkWrite(world: World, { reply, file }: Extract<Move, { do: 'write' }>, message: Uint8Array): void {
  expect(writeOutcome(world, file, message)).toBe(reply.refused ?? String(message.length));
}

/** What a read of the device comes to. */
function readOutcome(world: World, file: number, room: number): string {
  let message: Uint8Array | null = null;
  const result = outcome(() => {
    message = world.tryRead(file, room);
  }, 'a request');
  return result === 'a request' && message === null ? 'EAGAIN' : result;
}

const writeOutcome = (world: World, file: number, message: Uint8Array): string =>
  outcome(() => world.write(file, message), String(message.length));

/** The name of the errno that is thrown, or what stands for success. */
function outcome(attempt: () => void, success: string): string {
  try {
    attempt();
    return success;
  } catch (error) {
    if (error instanceof Errno) return error.code;
    throw error;
  }
}
