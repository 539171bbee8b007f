import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { PostedEvent, Tick } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { openEmbeddedRegistry } from '../../../src/avro/embedded-registry.ts';
import { openSerde } from '../../../src/avro/serde.ts';
import { isTick, tickCodec } from '../../../src/engine/tick.ts';
import { openEmbeddedLog } from '../../../src/log/embedded.ts';
import type { Log } from '../../../src/log/log.ts';
import { LogError } from '../../../src/log/log.ts';
import { openIntake, type Posted } from './intake.ts';

const noon = Date.UTC(2026, 10, 27, 12);
const sale = (eventId: string, time = noon): Posted => ({
  ...{ eventId, customerId: 'anna', kind: 'PURCHASE', time, orderId: null, product: null, category: null },
  ...{ unitPrice: null, quantity: 1, amount: 500, currency: 'EUR', paymentMethod: null, gender: null, age: null },
  ...{ country: null, returned: null, localDate: null, localHour: null, dataset: null },
});

async function place() {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-posted-'));
  const path = join(folder, 'log.sqlite');
  const log = await openEmbeddedLog({ path });
  const registry = await openEmbeddedRegistry({ path });
  onTestFinished(async () => {
    await registry[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const open = (over: Partial<Log> = {}) =>
    openIntake({
      ...{ log: { ...bound(log), ...over }, registry, shop: 'test', partitions: 2, commitInterval: 5, idle: 30_000 },
      ...{ now: () => noon, onError: () => {} },
    });
  async function read(): Promise<{ readonly events: PostedEvent[]; readonly ticks: Tick[] }> {
    const serde = await openSerde<PostedEvent>(registry, 'test.posted.events-value', topics.posted.schema);
    const codec = await tickCodec(registry, 'test.posted.events');
    const events: PostedEvent[] = [];
    const ticks: Tick[] = [];
    for await (const { records } of log.read({ topic: 'test.posted.events', from: 'start', to: 'end' }))
      for (const record of records) {
        if (record.value === null) continue;
        if (isTick(record)) ticks.push(codec.decode(record.value));
        else events.push(serde.decode(record.value));
      }
    return { events, ticks };
  }
  return { open, read, log };
}

/** With methods that a copy can be made of. */
function bound(log: Log): Log {
  const names = [
    'create',
    'delete',
    'topics',
    'join',
    'read',
    'append',
    'positions',
    'members',
    'waitsFor',
    'forget',
  ] as const;
  return Object.fromEntries(names.map((name) => [name, log[name].bind(log)])) as unknown as Log;
}

it('commits what many post at once together, with a tick in every partition behind it', async () => {
  const { open, read } = await place();
  const intake = await open();
  await Promise.all(Array.from({ length: 50 }, (_, index) => intake.post([sale(`e${index}`)], 100)));
  const { events, ticks } = await read();
  expect(events.map(({ eventId }) => eventId).sort()).toEqual(
    Array.from({ length: 50 }, (_, index) => `e${index}`).sort(),
  );
  expect(ticks.length).toBeLessThanOrEqual(4);
  expect(ticks.every(({ time, closed }) => time === noon - 60_000 && !closed)).toBe(true);
  await intake[Symbol.asyncDispose]();
  expect((await read()).ticks.at(-1)).toMatchObject({ time: noon - 60_000, closed: true });
});

it('gives an event of the past its place at the watermark, also after a restart', async () => {
  const { open, read } = await place();
  const first = await open();
  await first.post([sale('now')], 100);
  await first[Symbol.asyncDispose]();
  const second = await open();
  await second.post([sale('old', 0)], 100);
  await second[Symbol.asyncDispose]();
  expect((await read()).events.find(({ eventId }) => eventId === 'old')).toMatchObject({
    time: 0,
    takenAt: noon - 60_000,
  });
});

it('tells who posted that the log did not take it, and goes on', async () => {
  const { open, read, log } = await place();
  let away = true;
  const intake = await open({
    async append(batch) {
      if (away) throw new LogError('UNAVAILABLE', 'away');
      await log.append(batch);
    },
  });
  await expect(intake.post([sale('a')], 100)).rejects.toThrow('away');
  expect(intake.hasRoom(20_000, 100)).toBe(true);
  away = false;
  await intake.post([sale('b')], 100);
  await intake[Symbol.asyncDispose]();
  expect((await read()).events.map(({ eventId }) => eventId)).toEqual(['b']);
});

it('has room for so much and no more', async () => {
  const { open } = await place();
  const never = Promise.withResolvers<void>();
  const intake = await open({ append: () => never.promise });
  const posting = intake.post(new Array(15_000).fill(sale('a')), 1_000);
  expect([intake.hasRoom(5_000, 1), intake.hasRoom(5_001, 1), intake.hasRoom(1, 64 << 20)]).toEqual([
    true,
    false,
    false,
  ]);
  never.resolve();
  await posting;
  expect(intake.hasRoom(20_000, 1)).toBe(true);
  await intake[Symbol.asyncDispose]();
});
