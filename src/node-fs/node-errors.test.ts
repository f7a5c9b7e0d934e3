import { Buffer } from 'node:buffer';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { invalidArgType, outOfRange } from './node-errors.ts';

class Odd {}

/** Node's own words about a value of a wrong type. */
function hostsReceived(value: unknown): string {
  try {
    Buffer.alloc(value as number);
  } catch (error) {
    return (error as Error).message.replace(/^.*Received /s, '');
  }
  throw new Error('Node takes the value');
}

test.each([
  ['undefined', undefined],
  ['null', null],
  ['text', 'text'],
  ['long text', 'a text of more than twenty-eight letters'],
  ['text with a quote', "it's"],
  ['true', true],
  ['a bigint', 5n],
  ['a symbol', Symbol('s')],
  ['a function', function named() {}],
  ['an instance', new Odd()],
  ['an array', [1]],
  ['an object without a prototype', Object.create(null)],
])('what was received is described as Node does: %s', (_name, value) => {
  const message = invalidArgType('size', 'of type number', value).message;
  expect(message.replace(/^.*Received /s, '')).toBe(hostsReceived(value));
});

test.each([-1, 2 ** 53, -5, 1e20])('a number out of range is written as Node does: %s', (value) => {
  let hosts = '';
  try {
    Buffer.alloc(value);
  } catch (error) {
    hosts = (error as Error).message;
  }
  const range = /It must be (.*)\. Received/.exec(hosts)?.[1] as string;
  expect(outOfRange('size', range, value).message).toBe(hosts);
});

test('an argument error shows its code in the stack', () => {
  const error = invalidArgType('path', 'of type string', 5);
  expect(error).toBeInstanceOf(TypeError);
  expect(inspect(error)).toContain('TypeError [ERR_INVALID_ARG_TYPE]: The "path" argument must be of type string.');
});

test('a name with a dot is a property', () => {
  expect(invalidArgType('options.force', 'of type boolean', 5).message).toContain('"options.force" property');
});
