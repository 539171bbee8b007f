import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Minio, startMinio } from '../../scripts/stack/minio.ts';
import { sinkContract } from './contract.ts';
import { appendPurchases, limits, runToTheEnd } from './contract-shop.ts';
import { count, expected, newFolder, shopIn } from './contract-start.ts';
import { crashAfter, steppedLog, steppedSink } from './crashes.ts';
import { minioStore, objectsIn, sinkInto, unfinishedIn } from './minio.testing.ts';
import { openS3 } from './minio-client.ts';
import { runSink } from './runner.ts';
import { batchOf, purchase, record, records } from './sample-events.ts';

let dir = '';
let server: Minio;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-minio-sink-'));
  server = await startMinio({ dir });
});
afterAll(async () => {
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

const store = minioStore(() => server);
sinkContract(store);

const range = batchOf('events', records(10, 60), { partition: 3 });

describe('the MinIO sink', () => {
  it('names objects by topic, date and range, and says what they are', async () => {
    await using sink = sinkInto(server, 'named', { prefix: '/lake/a/' });
    await sink.put(batchOf('events', records(10, 20), { partition: 3 }), false);
    expect([...(await objectsIn(server, 'named')).keys()]).toEqual([
      'lake/a/demo/events/date=2010-12-01/3-10-29.parquet',
      'lake/a/demo/events/date=2010-12-02/3-10-29.parquet',
    ]);
    using s3 = openS3(server);
    const { metaData } = await s3.client.statObject('named', 'lake/a/demo/events/date=2010-12-01/3-10-29.parquet');
    expect(metaData).toMatchObject({ 'content-type': 'application/vnd.apache.parquet' });
  });

  it('leaves one object of each, with the right bytes, when ten put a range at once', async () => {
    await using alone = sinkInto(server, 'alone');
    await alone.put(range, false);
    const sinks = Array.from({ length: 10 }, () => sinkInto(server, 'raced'));
    await Promise.all(sinks.map((sink, index) => sink.put(range, index % 2 === 0)));
    for (const sink of sinks) await sink[Symbol.asyncDispose]();
    const objects = await objectsIn(server, 'raced');
    expect(objects.size).toBe(4);
    expect(objects).toEqual(await objectsIn(server, 'alone'));
    expect(await unfinishedIn(server, 'raced')).toEqual([]);
  });

  it('refuses a range that is there with rows of another log, and replaces it where the log has its boundary', async () => {
    await using sink = sinkInto(server, 'two-logs');
    await sink.put(range, false);
    const others = batchOf(
      'events',
      records(10, 60).map(({ offset }) => record(offset, purchase(offset, { amount: 1 }))),
      { partition: 3 },
    );
    await expect(sink.put(others, false)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('demo/events/date=2010-12-01/3-10-69.parquet is there and holds other rows'),
    });
    await sink.put(others, true);
    await sink.put(others, false);
    expect((await objectsIn(server, 'two-logs')).size).toBe(4);
  });

  it('removes a topic, or all of its shop, and nothing else', async () => {
    await using sink = sinkInto(server, 'removed');
    await using other = sinkInto(server, 'removed', { shop: 'demo2' });
    await sink.remove('events');
    await other.put(range, false);
    await sink.put(range, false);
    await sink.put({ ...range, topic: 'events-too' }, false);
    // More than one request removes.
    const many = records(0, 1_100).map(({ offset }) => record(offset, purchase(offset * 24)));
    await sink.put(batchOf('events', many), false);
    await sink.remove('events');
    const left = [...(await objectsIn(server, 'removed')).keys()];
    expect(left.filter((key) => key.startsWith('demo/'))).toHaveLength(4);
    expect(left.filter((key) => key.startsWith('demo/events/'))).toEqual([]);
    await sink.remove(undefined);
    expect([...(await objectsIn(server, 'removed')).keys()].every((key) => key.startsWith('demo2/'))).toBe(true);
  });

  it('puts an object that is larger than what clients send in parts as one', async () => {
    await using sink = sinkInto(server, 'large', { format: 'avro' });
    const text = Buffer.alloc(3 << 20);
    const many = Array.from({ length: 34 }, (_, n) => {
      for (let at = 0; at < text.length; at += 4) text.writeUInt32LE((Math.random() * 2 ** 32) >>> 0, at);
      return record(n, { ...purchase(0), category: text.toString('base64') });
    });
    await sink.put(batchOf('events', many), false);
    const [only] = [...(await objectsIn(server, 'large')).values()];
    expect(only?.length).toBeGreaterThan(64 << 20);
    expect(await unfinishedIn(server, 'large')).toEqual([]);
  });

  it('stops with what to do when keys, bucket or address are wrong', async () => {
    const refusal = async (bucket: string, changes: Parameters<typeof sinkInto>[2]) => {
      await using sink = sinkInto(server, bucket, changes);
      return sink.put(range, false).then(
        () => 'put',
        (error: { code?: string; message: string }) => `${error.code} ${error.message}`,
      );
    };
    expect(await refusal('made', { secretKey: 'not-the-secret' })).toMatch(/^REFUSED .*secret key is not that/);
    expect(await refusal('made', { accessKey: 'nobody' })).toMatch(/^REFUSED .*does not know this access key/);
    expect(await refusal('made', { sessionToken: 'made-up' })).toMatch(/^REFUSED .*token/);
    expect(await refusal('Ab', {})).toMatch(/^REFUSED .*3 to 63 small letters/);
    expect(await refusal('missing', { createBucket: false })).toMatch(/^REFUSED .*no such bucket: make it/);
    expect(await refusal('made', { endpoint: server.endpoint.replace('http', 'https') })).toMatch(
      /^REFUSED .*http:\/\//,
    );
    expect(() => sinkInto(server, 'made', { endpoint: 'minio:9000' })).toThrow('is not the address of an object store');
  });

  it('tells what can be waited for: a server that is down or hangs', async () => {
    await using sink = sinkInto(server, 'waiting', { timeout: 500 });
    await sink.put(range, false);
    server.pause();
    await expect(sink.put(range, true)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    server.resume();
    await server.kill();
    await expect(sink.put(range, true)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await server.start();
    await sink.put(range, true);
  });

  it('gathers what a slow stream brings into few objects, and each record into one when it dies meanwhile', async () => {
    const folder = await newFolder();
    await using shop = await shopIn(folder);
    const slow = { ...limits, linger: 300 };
    const bringing = (async () => {
      for (let n = 0; n < count; n += 4) {
        await appendPurchases(shop, n, n + 4);
        await delay(20);
      }
    })();
    for (let lives = 0; lives < 4; lives++) {
      await using sink = await store.open(folder);
      const life = new AbortController();
      const log = steppedLog(shop.log, crashAfter(9));
      setTimeout(() => life.abort(), 500);
      const crashing = steppedSink(sink, crashAfter(4 + lives));
      await runSink({
        ...shop,
        log,
        shop: 'demo',
        sink: crashing,
        topics: ['events'],
        signal: life.signal,
        limits: slow,
      }).catch((error: Error) => expect(error.message).toBe('crash'));
    }
    await bringing;
    await using sink = await store.open(folder);
    await runToTheEnd(shop, sink, { limits: slow });
    const stored = await store.eventIds(folder);
    expect([...stored].sort()).toEqual(expected);
  });

  it('writes every record once when the server is killed over and over in the middle of uploads, and away for a while', async () => {
    const folder = await newFolder();
    await using shop = await shopIn(folder);
    await appendPurchases(shop, 0, count);
    await using sink = await store.open(folder);
    const errors: unknown[] = [];
    let ranges = 0;
    const running = runToTheEnd(shop, sink, {
      limits: { records: 5, bytes: 1 << 20, linger: 0, atOnce: 2 },
      backoff: { first: 20, longest: 200 },
      onProgress: () => {
        ranges += 1;
      },
      onRetry: (_at, error) => errors.push(error),
    });
    let over = false;
    const ended = running.finally(() => {
      over = true;
    });
    // Of 48: by what is done, as a fast machine would be through before any time had passed.
    for (const after of [5, 13, 21, 29]) {
      while (ranges < after && !over) await delay(1);
      await server.kill();
      await delay(after === 29 ? 3_000 : 50);
      await server.start();
    }
    await ended;
    expect(errors.length).toBeGreaterThan(0);
    expect([...(await store.eventIds(folder))].sort()).toEqual(expected);
  });
});
