import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { memoryRegistry } from '../avro/memory-registry.ts';
import { openSerde } from '../avro/serde.ts';
import { openEmbeddedLog } from '../log/embedded.ts';
import type { NewRecord } from '../log/log.ts';
import { type Note, noteWindow, others, type Point, point, points, sum, texts, tickedNotes } from './points.testing.ts';
import { type Running, runTopologies } from './runner.ts';
import { BEGINNING, isTick, tickCodec } from './tick.ts';
import { topology } from './topology.ts';
import { tumblingWindow } from './windows.ts';

const windowed = topology({
  name: 'windowed',
  from: { points },
  broadcast: { others },
  to: { tickedNotes },
  tickStep: 10,
  build: ({ points: stream }, keep) => ({
    tickedNotes: stream.pipe(
      tumblingWindow(keep, { name: 'w', size: 10, by: ({ value }) => value.key, aggregate: sum, emit: 'close' }),
      noteWindow,
    ),
  }),
});

interface Member {
  readonly running: Running;
  stop(): Promise<void>;
}

async function shop() {
  const log = await openEmbeddedLog({ path: ':memory:' });
  const registry = memoryRegistry();
  await log.create(['test.points', 'test.others'].map((name) => ({ name, partitions: 1, cleanup: 'delete' as const })));
  const serde = await openSerde<Point>(registry, 'test.points-value', points.schema);
  const notes = await openSerde<Note>(registry, 'test.ticked-notes-value', tickedNotes.schema);
  const ticks = await tickCodec(registry, 'test.points');
  const otherTicks = await tickCodec(registry, 'test.others');
  const members: Member[] = [];
  const append = (topic: string, ...records: NewRecord[]) => log.append([{ topic, partition: 0, records }]);
  const tick = { writer: 'w', from: 0, of: 1, closed: false };
  const of = (...values: Point[]): NewRecord[] => values.map((one) => ({ key: null, value: serde.encode(one) }));
  return {
    log,
    send: (...values: Point[]) => append('test.points', ...of(...values)),
    tick: (time: number) => append('test.points', ticks.record({ ...tick, time })),
    know: (time: number) => append('test.others', otherTicks.record({ ...tick, time })),
    async run(bytes = 1_000_000): Promise<Member> {
      const stop = new AbortController();
      const running = await runTopologies({
        ...{ log, registry, shop: 'test', topologies: [windowed], partitions: 1, signal: stop.signal },
        commit: { interval: 5, bytes },
        now: () => performance.now(),
      });
      const member = {
        running,
        async stop() {
          stop.abort();
          await running.done;
        },
      };
      members.push(member);
      return member;
    },
    async notes(): Promise<string[]> {
      const values: Note[] = [];
      for await (const { records } of log.read({ topic: 'test.ticked-notes', from: 'start', to: 'end' }))
        for (const record of records)
          if (record.value !== null && !isTick(record)) values.push(notes.decode(record.value));
      return texts(values);
    },
    position: async () => (await log.positions()).get('test.windowed.v1')?.get('test.points')?.[0],
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map((member) => member.stop()));
      await log[Symbol.asyncDispose]();
    },
  };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(5);
}

const heldIn = ({ running }: Member) => running.status()[0]?.tasks[0]?.held;

describe('a topology that waits for a broadcast topic', () => {
  it('commits what it has, says what it waits for, and takes the rest when that has come', async () => {
    await using test = await shop();
    await test.know(BEGINNING);
    const member = await test.run();
    await test.send(point('a', 1), point('a', 12));
    await test.tick(25);
    await test.send(point('a', 33));
    await test.tick(50);
    await until(() => heldIn(member) !== undefined);
    await until(async () => (await test.position()) === 2);
    expect(await test.notes()).toEqual([]);
    await test.know(15);
    await until(async () => (await test.notes()).length === 1);
    expect(heldIn(member)).toEqual({ topic: 'test.others', known: 14 });
    expect(member.running.status()).toMatchObject([{ in: 2, waitsFor: undefined }]);
    await test.know(100);
    await until(async () => (await test.notes()).length === 3);
    expect(await test.notes()).toEqual(['a [0, 10) 1.', 'a [10, 20) 1.', 'a [30, 40) 1.']);
    await until(() => member.running.status()[0]?.lag === 0);
    expect(heldIn(member)).toBeUndefined();
  });

  it('stops when it is asked to, and its successor goes on from there', async () => {
    await using test = await shop();
    await test.know(5);
    const first = await test.run();
    await test.send(point('a', 1));
    await test.tick(30);
    await test.send(point('a', 35));
    await test.tick(40);
    await until(() => heldIn(first) !== undefined);
    await first.stop();
    expect(await test.notes()).toEqual([]);
    await test.know(100);
    await test.run();
    await until(async () => (await test.notes()).length === 2);
    expect(await test.notes()).toEqual(['a [0, 10) 1.', 'a [30, 40) 1.']);
  });

  it('gives its partition to another member, who waits as it did: nothing is lost, and nothing comes twice', async () => {
    await using test = await shop();
    await test.know(5);
    const first = await test.run();
    await test.send(point('a', 1));
    await test.tick(30);
    await test.send(point('a', 35));
    await test.tick(40);
    await until(() => heldIn(first) !== undefined);
    const second = await test.run();
    await first.stop();
    await until(() => heldIn(second) !== undefined);
    expect(await test.notes()).toEqual([]);
    await test.know(41);
    await until(async () => (await test.notes()).length === 2);
    expect(await test.notes()).toEqual(['a [0, 10) 1.', 'a [30, 40) 1.']);
  });
});

it('what a tick sets off goes out in commits of the usual size, and is there when all has been read', async () => {
  await using test = await shop();
  const windows = Array.from({ length: 30 }, (_, index) => index * 10);
  await test.send(...windows.map((start) => point('a', start)));
  await test.tick(1_000);
  const member = await test.run(1);
  await until(async () => (await test.position()) === 31);
  expect(await test.notes()).toEqual(windows.map((start) => `a [${start}, ${start + 10}) 1.`));
  expect(member.running.status()[0]?.commits).toBeGreaterThanOrEqual(30);
});
