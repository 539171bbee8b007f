import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Hdfs, startHdfs } from '../../scripts/stack/hdfs.ts';
import { sinkContract } from './contract.ts';
import { eventIdsAt, filesBelow, hdfsStore } from './hdfs.testing.ts';
import { type HdfsSinkOptions, openHdfsSink } from './hdfs.ts';
import { type HdfsClient, openHdfs } from './hdfs-client.ts';
import { retrying } from './retry.ts';
import { batchOf, records } from './sample-events.ts';
import type { IdempotentSink, SinkBatch } from './sink.ts';

let dir = '';
let hdfs: Hdfs;
let client: HdfsClient;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-hdfs-'));
  hdfs = await startHdfs({ dir });
  client = openHdfs({ url: hdfs.url, user: hdfs.superuser });
});
afterAll(async () => {
  client[Symbol.dispose]();
  await hdfs.close();
  await rm(dir, { recursive: true, force: true });
});

sinkContract(hdfsStore(() => hdfs.url));

let lakes = 0;
let root = '';
beforeEach(() => {
  lakes += 1;
  root = `/lake-${lakes}`;
});

function open(changes: Partial<HdfsSinkOptions> = {}): IdempotentSink {
  return openHdfsSink({ url: hdfs.url, user: hdfs.superuser, root, shop: 'demo', ...changes });
}

/** As the runner does. */
function patiently(sink: IdempotentSink, range: SinkBatch, again = false): Promise<void> {
  const backoff = { first: 50, longest: 500 };
  return retrying(() => sink.put(range, again), new AbortController().signal, backoff);
}

const ids = (from: number, count: number) => Array.from({ length: count }, (_, n) => `test-${from + n}`).sort();
const written = async () => [...(await eventIdsAt(client, root))].sort();
const range = (from: number, count: number, partition = 0) => batchOf('events', records(from, count), { partition });

describe('the HDFS sink', () => {
  it('writes one file for each date, named by the range, with the permission and replication asked for', async () => {
    await using sink = open({ permission: '640', replication: 1, blockSize: 1 << 20 });
    await sink.put(range(10, 20, 3), false);
    expect(await filesBelow(client, root)).toEqual([
      `${root}/demo/events/date=2010-12-01/3-10-29.parquet`,
      `${root}/demo/events/date=2010-12-02/3-10-29.parquet`,
    ]);
    const answer = await fetch(
      `${hdfs.url}/webhdfs/v1${root}/demo/events/date=2010-12-01?op=LISTSTATUS&user.name=hdfs`,
    );
    expect(await answer.json()).toMatchObject({
      FileStatuses: { FileStatus: [{ permission: '640', replication: 1, blockSize: 1 << 20 }] },
    });
    expect(await written()).toEqual(ids(10, 20));
  });

  it('removes a topic, or all of its shop, and puts it anew', async () => {
    await using sink = open();
    await sink.remove('events');
    await patiently(sink, range(0, 10));
    await patiently(sink, { ...range(0, 10), topic: 'events-too' });
    await sink.remove('events');
    expect(await filesBelow(client, root)).toEqual([`${root}/demo/events-too/date=2010-12-01/0-0-9.parquet`]);
    await patiently(sink, range(0, 10));
    expect(await written()).toEqual(ids(0, 10));
    await sink.remove(undefined);
    expect(await filesBelow(client, root)).toEqual([]);
  });

  it('puts the same range again without a trace, and completes one that was put in part', async () => {
    await using sink = open();
    await sink.put(range(0, 100), false);
    const before = await filesBelow(client, root);
    await sink.put(range(0, 100), false);
    await sink.put(range(0, 100), true);
    expect(await filesBelow(client, root)).toEqual(before);
    await client.remove(before[1] ?? '');
    const dead = `${root}/_tmp/demo/events/0-0-99.dead`;
    const other = `${root}/_tmp/demo/events/1-0-99.hand`;
    for (const folder of [dead, other]) {
      await client.makeFolder(folder);
      await client.create(`${folder}/date=2010-12-01`, Buffer.from('torn'));
    }
    await sink.put(range(0, 100), true);
    expect(await filesBelow(client, root)).toEqual([`${other}/date=2010-12-01`, ...before]);
  });

  it('refuses a file of another length, and puts it whole where the log knows the range', async () => {
    await using sink = open();
    await client.makeFolder(`${root}/demo/events/date=2010-12-01`);
    await client.create(`${root}/demo/events/date=2010-12-01/0-0-9.parquet`, Buffer.from('torn'));
    await expect(sink.put(range(0, 10), false)).rejects.toMatchObject({ code: 'REFUSED' });
    await sink.put(range(0, 10), true);
    expect(await written()).toEqual(ids(0, 10));
  });

  it('waits while the DataNode is away, killed in the middle', async () => {
    await using sink = open();
    const putting = patiently(sink, range(0, 500));
    await delay(100);
    await hdfs.datanode.kill();
    await delay(2_000);
    await hdfs.datanode.start();
    await putting;
    await patiently(sink, range(500, 20));
    expect(await written()).toEqual(ids(0, 520));
  });

  it('waits while the NameNode is away, killed in the middle', async () => {
    await using sink = open();
    const putting = patiently(sink, range(0, 500));
    await delay(100);
    await hdfs.namenode.kill();
    await delay(2_000);
    await hdfs.namenode.start();
    await putting;
    await patiently(sink, range(500, 20));
    expect(await written()).toEqual(ids(0, 520));
  });

  it.each(['namenode', 'datanode'] as const)('does not hang with a %s that does', async (node) => {
    await using sink = open({ timeout: 1_000 });
    hdfs[node].pause();
    try {
      await expect(sink.put(range(0, 10), false)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/no answer|TIMEDOUT/),
      });
    } finally {
      hdfs[node].resume();
    }
    await patiently(sink, range(0, 10));
    expect(await written()).toEqual(ids(0, 10));
  });

  it('waits in safe mode', async () => {
    await using sink = open();
    await hdfs.admin('-safemode', 'enter');
    try {
      await expect(sink.put(range(0, 10), false)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('safe mode'),
      });
    } finally {
      await hdfs.admin('-safemode', 'leave');
    }
    await sink.put(range(0, 10), false);
    expect(await written()).toEqual(ids(0, 10));
  });

  it.each(['-setQuota', '-setSpaceQuota'])(
    'says that a quota (%s) is used up, and goes on when it is raised',
    async (quota) => {
      await using sink = open();
      await sink.put(range(0, 10), false);
      await hdfs.admin(quota, quota === '-setQuota' ? '6' : '1m', root);
      await expect(sink.put(range(10, 200), false)).rejects.toMatchObject({
        code: 'FULL',
        message: expect.stringContaining('raise the quota'),
      });
      await hdfs.admin(quota.replace('set', 'clr'), root);
      await sink.put(range(10, 200), false);
      expect(await written()).toEqual(ids(0, 210));
    },
  );

  it('stops where the user may not write, and says what to do', async () => {
    await client.makeFolder(root);
    await using sink = open({ user: 'somebody' });
    await expect(sink.put(range(0, 10), false)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('the user may not: give it the folder'),
    });
  });

  it('makes no file in a folder that is gone, as a request that comes late would', async () => {
    await client.makeFolder(root);
    await expect(client.create(`${root}/gone/late`, Buffer.from('late'))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(await filesBelow(client, root)).toEqual([]);
  });

  it('refuses a root that HDFS could not have', () => {
    expect(() => open({ root: '/a:b' })).toThrow('must begin with / and have no ":"');
    expect(() => open({ root: 'ebb' })).toThrow('must begin with /');
  });

  it('says that a file in hand was swept by another owner, and puts it again', async () => {
    await using sink = open();
    await using other = open();
    const putting = sink.put(range(0, 200), false).then(
      () => undefined,
      (error: unknown) => error,
    );
    while ((await filesBelow(client, `${root}/_tmp/demo/events`)).length < 3) await delay(1);
    await other.put(range(0, 200), true);
    const error = await putting;
    if (error !== undefined) expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    await sink.put(range(0, 200), false);
    expect(await written()).toEqual(ids(0, 200));
  });
});
