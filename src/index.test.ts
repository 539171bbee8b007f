import {
  mapValues,
  memoryRegistry,
  openEmbeddedLog,
  openSerde,
  partitionOf,
  runTopologies,
  topic,
  topology,
  tumblingWindow,
} from '@ebb/streams';
import { testTopology } from '@ebb/streams/testing';
import { describe, expect, it } from 'vitest';

const MINUTE = 60_000;

interface Reading {
  readonly sensor: string;
  readonly time: number;
  readonly degrees: number;
}

interface Warmest {
  readonly sensor: string;
  readonly minute: number;
  readonly degrees: number;
}

/** As somebody writes them who has no *.avsc: a schema is plain JSON. Outsiders write it, so it states its disorder. */
const readings = topic<Reading>({
  name: 'readings',
  schema: {
    type: 'record',
    name: 'Reading',
    eventTime: 'time',
    fields: [
      { name: 'sensor', type: 'string' },
      { name: 'time', type: { type: 'long', logicalType: 'timestamp-millis' } },
      { name: 'degrees', type: 'double' },
    ],
  },
  key: ({ sensor }) => sensor,
  disorder: 0,
});
const warmest = topic<Warmest>({
  name: 'warmest',
  schema: {
    type: 'record',
    name: 'Warmest',
    eventTime: 'minute',
    fields: [
      { name: 'sensor', type: 'string' },
      { name: 'minute', type: { type: 'long', logicalType: 'timestamp-millis' } },
      { name: 'degrees', type: 'double' },
    ],
  },
  key: ({ sensor }) => sensor,
});

const warmestMinute = topology({
  name: 'warmest-minute',
  from: { readings },
  to: { warmest },
  build: ({ readings: stream }, keep) => ({
    warmest: stream.pipe(
      tumblingWindow(keep, {
        name: 'minutes',
        size: MINUTE,
        by: ({ value }) => value.sensor,
        aggregate: {
          schema: 'double',
          init: () => Number.NEGATIVE_INFINITY,
          add: (most, { degrees }: Reading) => Math.max(most, degrees),
        },
        emit: 'close',
      }),
      mapValues(({ key, start, value }): Warmest => ({ sensor: key, minute: start, degrees: value })),
    ),
  }),
});

const given: readonly Reading[] = [
  { sensor: 'roof', time: 10_000, degrees: 21.5 },
  { sensor: 'roof', time: 50_000, degrees: 24 },
  { sensor: 'roof', time: 61_000, degrees: 19 },
];
const expected: Warmest = { sensor: 'roof', minute: 0, degrees: 24 };

describe('the library', () => {
  it('tests a topology by the name under which others import it', async () => {
    const test = await testTopology(warmestMinute);
    test.send(readings, ...given);
    test.run();
    expect(test.read(warmest)).toEqual([expected]);
  });

  it('runs the same topology on a log', async () => {
    await using log = await openEmbeddedLog({ path: ':memory:' });
    await using registry = memoryRegistry();
    const stop = new AbortController();
    const running = await runTopologies({
      log,
      registry,
      shop: 'house',
      topologies: [warmestMinute],
      partitions: 2,
      signal: stop.signal,
      now: () => performance.now(),
    });
    const input = await openSerde<Reading>(registry, 'house.readings-value', readings.schema);
    const key = Buffer.from('roof');
    const records = given.map((value) => ({ key, value: input.encode(value) }));
    await log.append([{ topic: 'house.readings', partition: partitionOf(key, 2), records }]);
    const output = await openSerde<Warmest>(registry, 'house.warmest-value', warmest.schema);
    for await (const batch of log.read({ topic: 'house.warmest', from: 'start', signal: stop.signal })) {
      const [first] = batch.records;
      expect(first?.value && output.decode(first.value)).toEqual(expected);
      stop.abort();
    }
    await running.done;
  });
});
