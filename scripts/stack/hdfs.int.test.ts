import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Hdfs, startHdfs } from './hdfs.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-hdfs-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function made({ url, superuser }: Hdfs, folder: string): Promise<unknown> {
  const answer = await fetch(`${url}/webhdfs/v1/${folder}?op=MKDIRS&user.name=${superuser}`, { method: 'PUT' });
  return answer.json();
}

async function folders({ url }: Hdfs): Promise<unknown> {
  const answer = await fetch(`${url}/webhdfs/v1/?op=GETCONTENTSUMMARY`, { signal: AbortSignal.timeout(2_000) });
  return answer.json();
}

const two = { ContentSummary: { directoryCount: 2 } };

it('both servers can be killed, stopped and hung, and come back with their data', async () => {
  await using hdfs = await startHdfs({ dir });
  expect(await made(hdfs, 'things')).toEqual({ boolean: true });

  await hdfs.namenode.kill();
  await expect(folders(hdfs)).rejects.toThrow();
  expect(await hdfs.namenode.server.state()).toEqual({ is: 'down' });
  await hdfs.namenode.start();
  expect(await folders(hdfs)).toMatchObject(two);

  await hdfs.datanode.stop();
  expect(await hdfs.datanode.server.state()).toEqual({ is: 'down' });
  await hdfs.datanode.start();

  hdfs.namenode.pause();
  await expect(folders(hdfs)).rejects.toThrow('timeout');
  hdfs.namenode.resume();
  expect(await folders(hdfs)).toMatchObject(two);
});

it('says when it takes no writes, and goes on with its data on other ports', async () => {
  const first = await startHdfs({ dir });
  await made(first, 'things');
  await first.admin('-safemode', 'enter');
  expect(await first.namenode.server.state()).toMatchObject({ is: 'unhealthy', missing: 'it is in safe mode' });
  await first.close();
  await using second = await startHdfs({ dir });
  expect(second.url).not.toBe(first.url);
  expect(await folders(second)).toMatchObject(two);
});
