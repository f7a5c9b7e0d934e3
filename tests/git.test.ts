import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import git from 'isomorphic-git';
import { expect, test } from 'vitest';
import { daemon, memory, mount, type Server } from '../src/index.ts';

const passthroughLl = 'build/libfuse-examples/passthrough_ll';
const author = { name: 'A. Tester', email: 'tester@example.org' };

/** init, 200 commits on two branches, a merge; then log and status tell what was done. */
async function useRepository(server: Server, dir: string): Promise<void> {
  await using mounted = await mount(server);
  const { fs } = mounted;
  const { promises } = fs;
  const commit = async (file: string, content: string, message: string): Promise<string> => {
    await promises.writeFile(`${dir}/${file}`, content);
    await git.add({ fs, dir, filepath: file });
    return await git.commit({ fs, dir, message, author });
  };

  await promises.mkdir(dir, { recursive: true });
  await git.init({ fs, dir, defaultBranch: 'main' });
  for (let i = 0; i < 150; i++) await commit(`file-${i % 20}.txt`, `content ${i}\n`, `commit ${i}`);
  await git.branch({ fs, dir, ref: 'side', checkout: true });
  for (let i = 0; i < 50; i++) await commit(`side-${i % 5}.txt`, `side ${i}\n`, `side commit ${i}`);
  await git.checkout({ fs, dir, ref: 'main' });
  expect(await promises.readdir(dir)).not.toContain('side-0.txt');
  await commit('main-only.txt', 'here\n', 'a commit that side lacks');
  await git.merge({ fs, dir, ours: 'main', theirs: 'side', author });
  await git.checkout({ fs, dir, ref: 'main' });

  const log = await git.log({ fs, dir, depth: 500 });
  // Its log may list a commit once more when many have the same second.
  expect(new Set(log.map(({ oid }) => oid)).size).toBe(202);
  expect(log[0]?.commit.parent).toHaveLength(2);
  expect(await promises.readFile(`${dir}/side-4.txt`, 'utf8')).toBe('side 49\n');
  const clean = await git.statusMatrix({ fs, dir });
  expect(clean).toHaveLength(26);
  expect(clean.every(([, head, workdir, stage]) => head === 1 && workdir === 1 && stage === 1)).toBe(true);
  await promises.writeFile(`${dir}/file-3.txt`, 'changed\n');
  expect(await git.status({ fs, dir, filepath: 'file-3.txt' })).toBe('*modified');
}

test('isomorphic-git keeps a repository on the memory server', async () => {
  await useRepository(memory(), '/repository');
}, 120_000);

test('isomorphic-git keeps a repository on passthrough_ll, an unmodified C daemon', async (context) => {
  if (!existsSync(passthroughLl)) context.skip("passthrough_ll, libfuse's example, is not built");
  const source = await mkdtemp(join(tmpdir(), 'fusewire-git-'));
  try {
    await useRepository(daemon(passthroughLl, ['-o', `source=${source}`, '{}']), '/repository');
  } finally {
    await rm(source, { recursive: true });
  }
}, 120_000);
