import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { OutputTail } from './output-tail.ts';

async function tailOf(...chunks: readonly string[]): Promise<OutputTail> {
  const tail = new OutputTail();
  const stream = new PassThrough();
  tail.listen(stream);
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await new Promise((resolve) => stream.once('close', resolve));
  return tail;
}

test('the summary is the last three lines that say anything', async () => {
  expect((await tailOf('one\ntwo\n', 'three\n\n fo', 'ur \n')).summary).toBe('two; three; four');
  expect((await tailOf()).summary).toBe('');
});

test('however much is printed, the end is kept and the rest forgotten', async () => {
  const tail = await tailOf('first\n', ...Array.from({ length: 100 }, () => 'x'.repeat(10_000)), '\nlast\n');
  expect(tail.summary).toMatch(/^\.\.\.x+; last$/);
  expect(tail.summary.length).toBe(1003);
});

test('what would move the cursor or change colours is taken out', async () => {
  expect((await tailOf('\u001b[31mred\u0007\r\n')).summary).toBe('[31mred');
});
