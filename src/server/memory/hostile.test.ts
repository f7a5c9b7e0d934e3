import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Errno } from '../../abi/errno.ts';
import { isPadding, isStruct, type Struct } from '../../abi/fields.ts';
import * as op from '../../abi/opcodes.ts';
import { build } from '../testing/world.ts';

/** Numbers near the edges, and those that mean something: nodeids, flags, sizes. */
const number = fc.oneof(
  fc.nat(12),
  fc.nat(20_000),
  fc.constantFrom(2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1, 2 ** 62, 2 ** 63),
);

function bodyOf(struct: Struct<unknown>): fc.Arbitrary<unknown> {
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, field] of Object.entries(struct.fields)) {
    if (isPadding(field)) continue;
    if (isStruct(field)) members[name] = bodyOf(field);
    else members[name] = typeof field.absent === 'bigint' ? number.map(BigInt) : number;
  }
  return fc.record(members);
}

const name = fc.constantFrom(
  'file',
  'link',
  'empty',
  'full',
  'child',
  'sub',
  'new',
  '',
  '.',
  '..',
  'a/b',
  'user.a',
  '/',
);
const requests = op.allOpcodes
  .filter((opcode) => opcode !== op.INIT)
  .map((opcode) =>
    fc.record({
      opcode: fc.constant(opcode),
      nodeid: fc.nat(9).map(BigInt),
      body: opcode.in === null ? fc.constant(undefined) : bodyOf(opcode.in),
      names: fc.tuple(...opcode.names.map(() => name)),
      data: opcode.data === null ? fc.constant(undefined) : fc.uint8Array({ maxLength: 100 }),
    }),
  );

test('whatever a client asks, the answer is one, and never that the server is broken', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(...requests), { maxLength: 60 }), (asked) => {
      const { files } = build({ maxBytes: 2 ** 20 });
      for (const { opcode, ...asking } of asked) {
        if (opcode.reply !== 'required') files.client.send(opcode, asking);
        else expect(files.client.ask(opcode, asking)).toSatisfy((reply) => reply instanceof Errno || 'data' in reply);
        if (opcode === op.DESTROY) files.client.init();
      }
      expect(files.client.log.filter((line) => !/^(BATCH_FORGET has|NOTIFY_REPLY \d+: nobody)/.test(line))).toEqual([]);
    }),
    { numRuns: 400 },
  );
});
