import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { merge } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryRegistry } from '../avro/memory-registry.ts';
import type { Registry } from '../avro/registry.ts';
import { openSerde } from '../avro/serde.ts';
import { openEmbeddedLog } from '../log/embedded.ts';
import type { Log, NewRecord, Positions } from '../log/log.ts';
import { positionsAt } from './moment.ts';
import { type Plan, plan, topicsOf } from './plan.ts';
import { loosePoints, note, notes, noteWindow, type Point, point, points, seeded, sum } from './points.testing.ts';
import { moveBack } from './rebuild.ts';
import { runTopologies } from './runner.ts';
import { tickCodec } from './tick.ts';
import { type Topology, topology } from './topology.ts';
import { tumblingWindow } from './windows.ts';

const { signal } = new AbortController();
const shop = 'test';

/** Windows that close and are gone, and a sum that is deleted by a value of 0. */
const counting = topology({
  name: 'counting',
  from: { points },
  to: { notes },
  build: ({ points: stream }, keep) => ({
    notes: merge(
      stream.pipe(
        tumblingWindow(keep, {
          name: 'tens',
          size: 10,
          by: ({ value }) => value.key,
          aggregate: sum,
          emit: 'close',
        }),
        noteWindow,
      ),
      stream.pipe(
        keep.stateful<Point, number, string>({
          name: 'sums',
          schema: 'long',
          key: ({ value }) => value.key,
          onMessage: (state = 0, { value: { value } }) =>
            value === 0 ? { state: undefined } : { state: state + value, emit: `${state + value}` },
        }),
        note((text) => text),
      ),
    ),
  }),
});

/** Runs the topology until it has read everything. */
async function catchUp(log: Log, registry: Registry, one: Topology): Promise<void> {
  const stop = new AbortController();
  const running = await runTopologies({
    log,
    registry,
    shop,
    topologies: [one],
    partitions: 2,
    signal: stop.signal,
    commit: { interval: 1, records: 5 },
    now: () => performance.now(),
  });
  const [planned] = running.plans;
  if (planned === undefined) throw new Error('nothing runs');
  for (;;) {
    const committed = (await log.positions()).get(planned.group);
    const lag = (await log.topics())
      .filter(({ name }) => [...planned.inputs.values()].some(({ physical }) => physical === name))
      .flatMap(({ name, offsets }) => offsets.map(({ end }, part) => end - (committed?.get(name)?.[part] ?? 0)));
    if (lag.every((left) => left === 0)) break;
    await sleep(2);
  }
  stop.abort();
  await running.done;
}

/** How often a topic has each record. */
async function countsOf(log: Log, topic: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for await (const { records } of log.read({ topic, from: 'start', to: 'end' })) {
    for (const { key, value } of records) {
      const record = `${key} ${value?.toString('hex')}`;
      counts.set(record, (counts.get(record) ?? 0) + 1);
    }
  }
  return counts;
}

/** What came on top. */
function more(all: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const added = Array.from(all, ([record, count]) => [record, count - (before.get(record) ?? 0)] as const);
  return new Map(added.filter(([, count]) => count > 0).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a compacted topic holds at last, by partition and key. */
async function tableOf(log: Log, topic: string): Promise<Readonly<Record<string, string>>> {
  const table: Record<string, string> = {};
  for await (const { partition, records } of log.read({ topic, from: 'start', to: 'end' })) {
    for (const { key, value } of records) {
      if (value === null) delete table[`${partition} ${key}`];
      else table[`${partition} ${key}`] = value.toString('hex');
    }
  }
  return table;
}

async function moveAll(log: Log, planned: Plan, to: readonly Positions[]): Promise<void> {
  const leave = new AbortController();
  const topics = [...planned.inputs.values()].map(({ physical }) => physical);
  let left = to.length;
  for await (const owned of log.join({ group: planned.group, topics, signal: leave.signal })) {
    await moveBack({ log, plan: planned, owned, to: to[owned.partition] ?? {}, signal });
    expect(await owned.positions()).toEqual(to[owned.partition]);
    if (--left === 0) leave.abort();
  }
}

/** Points and ticks for a partition, in an order that only ticks restrict. */
function script(random: () => number, length: number): readonly (Point | number)[] {
  let ticked = 0;
  return Array.from({ length }, () => {
    if (random() < 0.2) {
      ticked += Math.floor(random() * 12);
      return ticked;
    }
    const key = 'abc'[Math.floor(random() * 3)] ?? 'a';
    return point(key, ticked + Math.floor(random() * 15), Math.floor(random() * 4));
  });
}

describe('a topology that is moved back', () => {
  it('has the state that it had there, and gives from there on what it gave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.nat(40), fc.nat(40), async (seed, before, after) => {
        const random = seeded(seed);
        await using log = await openEmbeddedLog({ path: ':memory:' });
        await using registry = memoryRegistry();
        const planned = await plan({ topology: counting, shop, registry, existing: new Map(), partitions: 2 });
        await log.create(topicsOf(planned));
        const serde = await openSerde<Point>(registry, `${shop}.points-value`, points.schema);
        const ticks = await tickCodec(registry, `${shop}.points`);
        const recordOf = (one: Point | number): NewRecord =>
          typeof one === 'number'
            ? ticks.record({ writer: 'w', from: 0, of: 1, time: one, closed: false })
            : { key: Buffer.from(one.key), value: serde.encode(one) };
        const send = (partition: number, all: readonly (Point | number)[]): Promise<void> =>
          log.append([{ topic: `${shop}.points`, partition, records: all.map(recordOf) }]);
        const scripts = [script(random, before + after), script(random, before + after)];

        for (const [partition, all] of scripts.entries()) await send(partition, all.slice(0, before));
        await catchUp(log, registry, counting);
        const state = await tableOf(log, planned.stateTopic);
        const first = await countsOf(log, `${shop}.notes`);
        for (const [partition, all] of scripts.entries()) await send(partition, all.slice(before));
        await catchUp(log, registry, counting);
        const given = await countsOf(log, `${shop}.notes`);
        const last = await tableOf(log, planned.stateTopic);

        const size = Object.keys(state).filter((key) => !key.endsWith(' ebb/task')).length;
        await moveAll(log, planned, [{ [`${shop}.points`]: before }, { [`${shop}.points`]: before }]);
        expect(await tableOf(log, planned.stateTopic)).toMatchObject(state);
        expect(Object.keys(await tableOf(log, planned.stateTopic)).length).toBe(size + 2);
        expect(await countsOf(log, `${shop}.notes`)).toEqual(given);
        await catchUp(log, registry, counting);
        expect(await tableOf(log, planned.stateTopic)).toMatchObject(last);
        expect(more(await countsOf(log, `${shop}.notes`), given)).toEqual(more(given, first));
      }),
      { numRuns: 15 },
    );
  });
});

describe('a moment', () => {
  it('is before the record that brings the watermark there', async () => {
    await using log = await openEmbeddedLog({ path: ':memory:' });
    await using registry = memoryRegistry();
    const loose = topology({
      name: 'loose',
      from: { loosePoints },
      to: { notes },
      build: ({ loosePoints: stream }) => ({ notes: stream.pipe(note(({ id }) => id)) }),
    });
    const both = [counting, loose];
    const [ticked, disordered] = await Promise.all(
      both.map((one) => plan({ topology: one, shop, registry, existing: new Map(), partitions: 1 })),
    );
    if (ticked === undefined || disordered === undefined) throw new Error('not planned');
    await log.create([...topicsOf(ticked), ...topicsOf(disordered)]);
    const serde = await openSerde<Point>(registry, `${shop}.points-value`, points.schema);
    const ticks = await tickCodec(registry, `${shop}.points`);
    const at = (time: number): NewRecord => ({ key: null, value: serde.encode(point('a', time)) });
    const tick = (time: number, part = 0): NewRecord =>
      ticks.record({ writer: 'w', from: part, of: 2, time, closed: false });
    const broken = { key: null, value: Buffer.from('no tick'), headers: tick(0).headers };
    await log.append([
      { topic: `${shop}.points`, partition: 0, records: [at(90), tick(50), broken, tick(20, 1), at(40), tick(60, 1)] },
    ]);
    await log.append([{ topic: `${shop}.loose-points`, partition: 0, records: [at(15), at(5), at(30), at(60)] }]);
    const found = async (planned: Plan, times: readonly number[]): Promise<readonly number[]> =>
      Promise.all(times.map(async (time) => Object.values(await positionsAt(log, planned, 0, time, signal))[0] ?? -1));

    // The least of the writer's two parts decides, and what is out of order does not.
    expect(await found(ticked, [0, 20, 21, 50, 51])).toEqual([3, 3, 5, 5, 6]);
    // Ten of disorder.
    expect(await found(disordered, [5, 6, 20, 21, 50, 51])).toEqual([0, 2, 2, 3, 3, 4]);
  });
});
