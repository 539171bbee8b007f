import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'minio';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startMinio } from './minio.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-minio-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('a MinIO that is killed at once keeps what it has taken', async () => {
  await using minio = await startMinio({ dir });
  const { hostname, port } = new URL(minio.endpoint);
  const { accessKey, secretKey } = minio;
  const client = new Client({ endPoint: hostname, port: Number(port), useSSL: false, accessKey, secretKey });
  await client.makeBucket('things');
  await client.putObject('things', 'one', Buffer.from('1'));
  await minio.kill();
  await expect(client.statObject('things', 'one')).rejects.toThrow();
  await minio.start();
  expect((await client.statObject('things', 'one')).size).toBe(1);
});
