import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Case } from '../case.ts';
import type { World } from '../world.ts';

const A_TRANSACTION = 20; // inserts

/** SQLite with both of its journals: two processes insert by turns, then everything is read back by a third. */
export const sqlite: Case = {
  name: 'sqlite',
  servers: ['memory', 'dir'],
  needs: ['sqlite3'],
  shortOn: ['memory', 'dir'],
  async run(world, { size }) {
    const inserts = size === 'long' ? 10_000 : 400;
    for (const journal of ['delete', 'wal']) await fill(world, journal, inserts);
    return `${inserts} inserts in ${inserts / A_TRANSACTION} transactions of two processes, journals delete and wal: integrity and rows checked`;
  },
};

const textOf = (id: number): string => createHash('sha256').update(`${id}`).digest('hex');

async function fill(world: World, journal: string, inserts: number): Promise<void> {
  const file = path.join(world.root, `${journal}.db`);
  const sql = async (text: string): Promise<string> =>
    (await world.run('sqlite3', ['-batch', '-bail', file], { input: `.timeout 120000\n${text}` })).trim();
  const mode = await sql(
    `PRAGMA journal_mode=${journal}; CREATE TABLE t (id INTEGER PRIMARY KEY, value TEXT NOT NULL);`,
  );
  if (mode !== journal) throw new Error(`the journal is '${mode}' and should be '${journal}'`);
  await Promise.all([sql(transactions(0, inserts / 2)), sql(transactions(inserts / 2, inserts))]);
  await sql('CREATE INDEX by_value ON t (value); DELETE FROM t WHERE id % 7 = 0; VACUUM;');
  const integrity = await sql('PRAGMA integrity_check;');
  if (integrity !== 'ok') throw new Error(`PRAGMA integrity_check says ${integrity}`);
  const expected = Array.from({ length: inserts }, (_, id) => id).filter((id) => id % 7 !== 0);
  const rows = (await sql('SELECT id, value FROM t ORDER BY id;')).split('\n');
  const wrong = rows.findIndex((row, index) => row !== `${expected[index]}|${textOf(expected[index] ?? -1)}`);
  if (rows.length !== expected.length || wrong >= 0) {
    throw new Error(`${rows.length} rows of ${expected.length}; the first wrong one is ${rows[wrong]}`);
  }
}

function transactions(first: number, end: number): string {
  const lines: string[] = [];
  for (let id = first; id < end; id++) {
    if (id % A_TRANSACTION === 0) lines.push('BEGIN IMMEDIATE;');
    lines.push(`INSERT INTO t VALUES (${id}, '${textOf(id)}');`);
    if (id % A_TRANSACTION === A_TRANSACTION - 1 || id === end - 1) lines.push('COMMIT;');
  }
  return lines.join('\n');
}
