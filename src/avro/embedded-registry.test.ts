import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { registryContract } from './contract.ts';
import { openEmbeddedRegistry } from './embedded-registry.ts';

const directory = mkdtempSync(join(tmpdir(), 'ebb-registry-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;
const freshPath = () => join(directory, `${files++}.db`);

registryContract('embedded registry', () => openEmbeddedRegistry({ path: freshPath() }));

const schema = (name: string) => ({ type: 'record' as const, name, fields: [{ name: 'id', type: 'string' as const }] });

it('still knows everything when it is opened again', async () => {
  const path = freshPath();
  let id: number;
  {
    await using registry = await openEmbeddedRegistry({ path });
    id = await registry.idOf('a-value', schema('A'));
  }
  await using again = await openEmbeddedRegistry({ path });
  expect(await again.schemaOf(id)).toEqual({ name: 'A', type: 'record', fields: [{ name: 'id', type: 'string' }] });
  expect(await again.idOf('a-value', schema('A'))).toBe(id);
});

it('counts ids from 1', async () => {
  await using registry = await openEmbeddedRegistry({ path: freshPath() });
  expect(await registry.idOf('a-value', schema('A'))).toBe(1);
  expect(await registry.idOf('b-value', schema('B'))).toBe(2);
});

it('gives no id to a schema that it refuses', async () => {
  await using registry = await openEmbeddedRegistry({ path: freshPath() });
  await registry.idOf('a-value', schema('A'));
  await expect(registry.idOf('a-value', schema('B'))).rejects.toMatchObject({ code: 'INCOMPATIBLE' });
  await expect(registry.schemaOf(2)).rejects.toMatchObject({ code: 'UNKNOWN_SCHEMA' });
});

it('gives the same ids to processes that start at once on a file that does not exist yet', async () => {
  const path = freshPath();
  const module = join(import.meta.dirname, 'embedded-registry.ts');
  const program = `
    const { openEmbeddedRegistry } = await import(${JSON.stringify(module)});
    await using registry = await openEmbeddedRegistry({ path: ${JSON.stringify(path)} });
    const ids = [];
    for (const name of ['A', 'B', 'C', 'D', 'E']) {
      ids.push(await registry.idOf(name, { type: 'record', name, fields: [] }));
    }
    console.log(JSON.stringify(ids));
  `;
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  const outputs = await Promise.all([run(), run(), run(), run()]);
  const ids = outputs.map(({ stdout }) => JSON.parse(stdout) as number[]);
  expect(new Set(ids.map(String)).size).toBe(1);
  expect(ids[0]?.toSorted()).toEqual([1, 2, 3, 4, 5]);
});

it('says which file it cannot use', async () => {
  const path = join(directory, 'absent', 'registry.db');
  await expect(openEmbeddedRegistry({ path })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining(path),
  });
});
