/** A MinIO whose disk fills up: a file system in memory, which only an administrator may mount. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startMinio } from '../../scripts/stack/minio.ts';
import { appendPurchases, runToTheEnd } from './contract-shop.ts';
import { count, expected, newFolder, shopIn } from './contract-start.ts';
import { minioStore, unfinishedIn } from './minio.testing.ts';
import { openS3 } from './minio-client.ts';
import { SinkError } from './sink.ts';

it('says that the disk is full, holds on to what it has, and goes on when there is room', async ({ skip }) => {
  const dir = await mkdtemp(join(tmpdir(), 'ebb-minio-full-'));
  const data = join(dir, 'data');
  await mkdir(data);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'ebb-test', data]).status === 0;
  skip(!mounted, 'this user may not mount a file system');
  onTestFinished(async () => {
    execFileSync('umount', [data]);
    await rm(dir, { recursive: true });
  });
  await using server = await startMinio({ dir });
  using s3 = openS3(server);
  await s3.client.makeBucket('others');
  const store = minioStore(() => server);
  const folder = await newFolder();
  await using shop = await shopIn(folder);
  await appendPurchases(shop, 0, count);
  await using sink = await store.open(folder);
  const full = Promise.withResolvers<SinkError>();
  // To the last small piece: one that is cut off in the middle of a large one has room for others.
  for (const size of [1 << 19, 1 << 16, 1 << 12]) {
    const fill = async () => {
      for (let n = 0; ; n++) await s3.client.putObject('others', `${size}/${n}`, Buffer.alloc(size, n));
    };
    await expect(fill()).rejects.toThrow();
  }
  const running = runToTheEnd(shop, sink, {
    backoff: { first: 20, longest: 200 },
    onRetry: (_at, error) => error instanceof SinkError && full.resolve(error),
  });
  const said = await Promise.race([full.promise, running]);
  expect(said).toMatchObject({ code: 'FULL', message: expect.stringContaining('no space left') });
  execFileSync('mount', ['-o', 'remount,size=64m', data]);
  await running;
  expect([...(await store.eventIds(folder))].sort()).toEqual(expected);
  expect(await unfinishedIn(server, 'others')).toEqual([]);
});
