import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Tick } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { openEmbeddedRegistry } from '../../../src/avro/embedded-registry.ts';
import { memoryRegistry } from '../../../src/avro/memory-registry.ts';
import type { Registry } from '../../../src/avro/registry.ts';
import { openSerde } from '../../../src/avro/serde.ts';
import { isTick, tickCodec } from '../../../src/engine/tick.ts';
import type { Topic } from '../../../src/engine/topic.ts';
import { openEmbeddedLog } from '../../../src/log/embedded.ts';
import type { Log } from '../../../src/log/log.ts';
import { partitionOf } from '../../../src/log/partition.ts';
import { shopFeed, transactionsFeed } from './feed.ts';
import { type GeneratorOptions, runGenerator } from './runner.ts';
import { DAY, HOUR, SECOND } from './time.ts';

const start = Date.UTC(2024, 0, 1);
const partitions = 3;
const shopOptions = { seed: 3, customers: 500, start };

interface Fixture extends AsyncDisposable {
  readonly log: Log;
  readonly registry: Registry;
  run(options: Partial<GeneratorOptions>): ReturnType<typeof runGenerator>;
}

async function fixture(): Promise<Fixture> {
  const log = await openEmbeddedLog({ path: ':memory:' });
  const registry = memoryRegistry();
  return {
    log,
    registry,
    run: (options) =>
      runGenerator({
        log,
        registry,
        shop: 'demo',
        preset: 'shop',
        ...shopOptions,
        history: 30,
        clock: 'max',
        partitions,
        signal: new AbortController().signal,
        now: () => start + 730 * DAY,
        ...options,
      }),
    async [Symbol.asyncDispose]() {
      await log[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

interface Entry<T> {
  readonly value?: T;
  readonly tick?: Tick;
}

/** What stands in each partition, in its order. */
async function entries<T>(log: Log, registry: Registry, topic: Topic<T>): Promise<readonly (readonly Entry<T>[])[]> {
  const name = `demo.${topic.name}`;
  const serde = await openSerde<T>(registry, `${name}-value`, topic.schema);
  const ticks = await tickCodec(registry, name);
  const found: Entry<T>[][] = Array.from({ length: partitions }, () => []);
  for await (const batch of log.read({ topic: name, from: 'start', to: 'end' })) {
    for (const record of batch.records) {
      if (record.value === null) throw new Error('a generator writes no tombstones');
      found[batch.partition]?.push(
        isTick(record) ? { tick: ticks.decode(record.value) } : { value: serde.decode(record.value) },
      );
    }
  }
  return found;
}

function valuesOf<T>(partition: readonly Entry<T>[]): readonly T[] {
  return partition.flatMap(({ value }) => (value === undefined ? [] : [value]));
}

/** The shop's first `count` events by partition. */
function expected(count: number) {
  const feed = shopFeed(shopOptions, { day: 0, index: 0 });
  const parts: (typeof feed.head)[][] = Array.from({ length: partitions }, () => []);
  for (let index = 0; index < count; index++) {
    parts[partitionOf(feed.head.customerId, partitions)]?.push(feed.head);
    feed.take();
  }
  return parts;
}

test('writes the preset in order, each record in its customer’s partition', async () => {
  await using shop = await fixture();
  const summary = await shop.run({ count: 20_000 });
  expect(summary).toMatchObject({ written: 20_000, total: 20_000, ended: 'count' });
  expect((await entries(shop.log, shop.registry, topics.syntheticShop)).map(valuesOf)).toEqual(expected(20_000));
});

test('ticks in every partition: at the beginning, at the hours, closed at the end, and never ahead of a record', async () => {
  await using shop = await fixture();
  const { eventTime } = await shop.run({ count: 20_000 });
  for (const partition of await entries(shop.log, shop.registry, topics.syntheticShop)) {
    const ticks = partition.flatMap(({ tick }) => (tick === undefined ? [] : [tick]));
    expect(partition[0]?.tick).toEqual({ writer: 'generator.shop', from: 0, of: 1, time: start, closed: false });
    expect(partition.at(-1)?.tick).toMatchObject({ time: eventTime, closed: true });
    expect(ticks.slice(0, -1).every(({ time, closed }) => time % HOUR === 0 && !closed)).toBe(true);
    expect(ticks.length).toBeGreaterThan(24 * 7);
    let watermark = Number.NEGATIVE_INFINITY;
    let broken = 0;
    for (const { value, tick } of partition) {
      if ((value?.timestamp ?? tick?.time ?? 0) < watermark) broken++;
      watermark = tick?.time ?? watermark;
    }
    expect(broken).toBe(0);
  }
});

test('goes on where the last commit was, whenever it is stopped', async () => {
  await using shop = await fixture();
  for (let total = 0; total < 40_000; ) {
    const stop = new AbortController();
    const summary = await shop.run({ count: 40_000, signal: stop.signal, onProgress: () => stop.abort() });
    expect(summary.total).toBe(total + summary.written);
    total = summary.total;
  }
  expect((await entries(shop.log, shop.registry, topics.syntheticShop)).map(valuesOf)).toEqual(expected(40_000));
});

test('a process killed at any instant leaves what one run would have written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-generator-'));
  const child = fileURLToPath(new URL('./runner.child.ts', import.meta.url));
  try {
    for (const commits of [1, 3]) {
      const running = spawn(process.execPath, [child, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      for (let seen = 0; seen < commits; seen++) await once(running.stdout, 'data');
      running.kill('SIGKILL');
      await once(running, 'exit');
    }
    await using log = await openEmbeddedLog({ path: join(folder, 'log') });
    await using registry = await openEmbeddedRegistry({ path: join(folder, 'registry') });
    const found = (await entries(log, registry, topics.syntheticShop)).map(valuesOf);
    const total = found.reduce((sum, values) => sum + values.length, 0);
    expect(total).toBeGreaterThan(20_000);
    expect(found).toEqual(expected(total));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('two runs of one shop take turns: the second waits, and goes on after the first', async () => {
  await using shop = await fixture();
  const stop = new AbortController();
  const first = shop.run({ history: 1, clock: { factor: 1 }, signal: stop.signal });
  const second = shop.run({ count: 40_000, onProgress: ({ phase }) => phase === 'waiting' && stop.abort() });
  const summaries = await Promise.all([first, second]);
  expect(summaries[0].written + summaries[1].written).toBe(40_000);
  expect((await entries(shop.log, shop.registry, topics.syntheticShop)).map(valuesOf)).toEqual(expected(40_000));
});

test('settings left out are as the first run had them, and others are refused', async () => {
  await using shop = await fixture();
  await shop.run({ count: 1_000 });
  await expect(shop.run({ seed: 4 })).rejects.toMatchObject({ code: 'SETTINGS_DIFFER' });
  await expect(shop.run({ customers: 501 })).rejects.toMatchObject({ code: 'SETTINGS_DIFFER' });
  await expect(shop.run({ start: start + DAY })).rejects.toThrow('--start 2024-01-01, not 2024-01-02');
  const summary = await shop.run({ seed: undefined, customers: undefined, start: undefined, count: 2_000 });
  expect(summary).toMatchObject({ written: 1_000, total: 2_000 });
  expect((await entries(shop.log, shop.registry, topics.syntheticShop)).map(valuesOf)).toEqual(expected(2_000));
});

test('impossible options are refused before anything is written', async () => {
  await using shop = await fixture();
  const impossible = [
    { seed: -1 },
    { customers: 0 },
    { start: start + 1 },
    { rate: 0 },
    { history: -1 },
    { clock: { factor: 0 } },
    { count: 0.5 },
  ];
  for (const options of impossible) {
    await expect(shop.run(options)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  }
});

test('more can be asked for after the end, which opens the writer again', async () => {
  await using shop = await fixture();
  await shop.run({ count: 500 });
  expect(await shop.run({ count: 500 })).toMatchObject({ written: 0, total: 500, ended: 'count' });
  expect(await shop.run({ count: 600 })).toMatchObject({ written: 100, total: 600, ended: 'count' });
  const [partition] = await entries(shop.log, shop.registry, topics.syntheticShop);
  const closings = partition?.flatMap(({ tick }) => (tick === undefined ? [] : [tick.closed]));
  expect(closings?.join(' ')).toMatch(/^false (false )*true false (false )*true$/);
});

test('after the history the event clock runs at its factor, and ticks also when nobody does anything', async () => {
  await using shop = await fixture();
  const stop = new AbortController();
  let wall = 0;
  const summary = await shop.run({
    customers: 1,
    history: 2,
    clock: { factor: 60 },
    now: () => {
      wall += SECOND;
      if (wall > 20 * SECOND) stop.abort();
      return wall;
    },
    signal: stop.signal,
  });
  expect(summary.eventTime).toBeGreaterThan(start + 2 * DAY + 5 * 60 * SECOND);
  expect(summary.eventTime).toBeLessThanOrEqual(start + 2 * DAY + 20 * 60 * SECOND);
  const [partition] = await entries(shop.log, shop.registry, topics.syntheticShop);
  const live = partition?.filter(({ tick }) => tick !== undefined && tick.time > start + 2 * DAY);
  expect(live?.length).toBeGreaterThan(3);
});

test('preset transactions is spaced by its rate, which may change from run to run', async () => {
  await using shop = await fixture();
  const options = { preset: 'transactions', customers: undefined, history: 0 } as const;
  await shop.run({ ...options, rate: 10, count: 100 });
  const { eventTime } = await shop.run({ ...options, rate: 1000, count: 200 });
  expect(eventTime).toBe(start + 10 * SECOND + 99);
  const times = (await entries(shop.log, shop.registry, topics.syntheticTransactions)).flatMap((partition) =>
    valuesOf(partition).map(({ timestamp }) => timestamp - start),
  );
  const spaced = Array.from({ length: 100 }, (_, index) => [index * 100, 10_000 + index]).flat();
  expect(times.sort((a, b) => a - b)).toEqual(spaced.sort((a, b) => a - b));
});

test('preset transactions is a function of seed and number', () => {
  const position = { seed: 1, start, index: 0, rate: 50, since: { index: 0, time: start } };
  const feed = transactionsFeed(position);
  for (let index = 0; index < 1234; index++) feed.take();
  expect(transactionsFeed(feed.position()).head).toEqual(feed.head);
});
