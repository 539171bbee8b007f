import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRegistry } from './registry.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-registry-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('a registry that is killed at once keeps what it has taken', async () => {
  await using registry = await startRegistry({ dir });
  const versions = `${registry.url}/subjects/things-value/versions`;
  const answer = await fetch(versions, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: '"string"' }),
  });
  expect(answer.status).toBe(200);
  await registry.kill();
  await expect(fetch(versions)).rejects.toThrow();
  await registry.start();
  expect(await (await fetch(versions)).json()).toEqual([1]);
});
