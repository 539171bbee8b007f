import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type DeadLetter, deadLetterSchema } from '../../schemas/generated.ts';
import { AvroError } from '../avro/error.ts';
import { memoryRegistry } from '../avro/memory-registry.ts';
import type { Registry } from '../avro/registry.ts';
import { openSerde, type Serde } from '../avro/serde.ts';
import { openEmbeddedLog } from '../log/embedded.ts';
import { type Note, note, notes, type Point, point, pointSchema, points, texts } from './points.testing.ts';
import { runTopologies } from './runner.ts';
import { topic } from './topic.ts';
import { topology } from './topology.ts';

const plain = topology({
  name: 'plain',
  from: { points },
  to: { notes },
  build: ({ points: stream }) => ({ notes: stream.pipe(note(({ id }) => id)) }),
});

/** What a newer program writes into the same topic. */
const newerPoints = topic<Point & { readonly note: string }>({
  name: 'points',
  schema: { ...pointSchema, fields: [...pointSchema.fields, { name: 'note', type: 'string', default: '' }] },
  key: ({ key }) => key,
  ticked: true,
});

/** A registry that can be switched off. */
function interruptible(): Registry & { down: boolean } {
  const registry = memoryRegistry();
  const reach = (): void => {
    if (outer.down) throw new AvroError('UNAVAILABLE', 'the schema registry does not answer');
  };
  const outer = {
    down: false,
    async idOf(...asked: Parameters<Registry['idOf']>) {
      reach();
      return registry.idOf(...asked);
    },
    async schemaOf(id: number) {
      reach();
      return registry.schemaOf(id);
    },
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
  return outer;
}

/** The topology, running, and somebody who writes into its input with a schema that it has not seen. */
async function start() {
  const log = await openEmbeddedLog({ path: ':memory:' });
  const registry = interruptible();
  const stop = new AbortController();
  const running = await runTopologies({
    log,
    registry,
    shop: 'test',
    topologies: [plain],
    partitions: 1,
    signal: stop.signal,
    now: () => performance.now(),
  });
  const newer = await openSerde<Point & { readonly note: string }>(registry, 'test.points-value', newerPoints.schema);
  const output = await openSerde<Note>(registry, 'test.notes-value', notes.schema);
  const dead = await openSerde<DeadLetter>(registry, 'test.plain.dead-value', deadLetterSchema);

  /** The first `count` records of a topic, as soon as they are there. */
  async function read<T>(topic: string, serde: Serde<T>, count: number): Promise<T[]> {
    const values: T[] = [];
    for await (const { records } of log.read({ topic, from: 'start', signal: stop.signal })) {
      values.push(...records.flatMap(({ value }) => (value === null ? [] : [serde.decode(value)])));
      if (values.length >= count) break;
    }
    return values;
  }

  return {
    registry,
    running,
    point: (key: string) => newer.encode({ ...point(key, 1), note: 'new' }),
    send: (...values: Buffer[]) =>
      log.append([{ topic: 'test.points', partition: 0, records: values.map((value) => ({ key: null, value })) }]),
    outputs: async (count: number) => texts(await read('test.notes', output, count)),
    dead: (count: number) => read('test.plain.dead', dead, count),
    async waitsFor() {
      for (;;) {
        const [status] = running.status();
        if (status?.waitsFor !== undefined) return status.waitsFor;
        await setTimeout(5);
      }
    },
    stop: () => stop.abort(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running.done.catch(() => {});
      await log[Symbol.asyncDispose]();
    },
  };
}

describe('a topology that meets a schema it has not seen', () => {
  it('waits for the registry when it does not answer: no record is refused for that', async () => {
    await using shop = await start();
    shop.registry.down = true;
    await shop.send(shop.point('a'), shop.point('b'));
    expect(await shop.waitsFor()).toContain('the schema registry does not answer');
    shop.registry.down = false;
    expect(await shop.outputs(2)).toEqual(['a@1', 'b@1']);
    expect(shop.running.status()).toMatchObject([{ dead: 0, in: 2 }]);
  });

  it('stops all the same while the registry does not answer', async () => {
    await using shop = await start();
    shop.registry.down = true;
    await shop.send(shop.point('a'));
    await shop.waitsFor();
    shop.stop();
    await expect(shop.running.done).resolves.toBeUndefined();
  });

  it('refuses the record alone when the registry does not know the schema, and says which', async () => {
    await using shop = await start();
    await shop.send(shop.point('a'), Buffer.from([0, 0, 0, 15, 255, 1, 2]), shop.point('b'));
    expect(await shop.outputs(2)).toEqual(['a@1', 'b@1']);
    const [letter] = await shop.dead(1);
    expect(letter).toMatchObject({
      topic: 'test.points',
      partition: 0,
      offset: 1,
      code: 'UNKNOWN_SCHEMA',
      message: expect.stringContaining('schema id 4095'),
    });
  });
});
