import { describe, expect, it } from 'vitest';
import { memoryRegistry } from '../avro/memory-registry.ts';
import { plan, topicsOf } from './plan.ts';
import { note, notes, others, type Point, point, pointSchema, points, texts } from './points.testing.ts';
import { testTopology } from './testing.ts';
import { topic } from './topic.ts';
import { type Topology, topology } from './topology.ts';

const plain = (version?: string): Topology =>
  topology({
    name: 'plain',
    ...(version === undefined ? {} : { version }),
    from: { points },
    to: { notes },
    build: ({ points: stream }) => ({ notes: stream.pipe(note(({ id }) => id)) }),
  });

function storing(...names: readonly string[]): Topology {
  return topology({
    name: 'storing',
    from: { points },
    to: { notes },
    build: ({ points: stream }, keep) => ({
      notes: names
        .reduce(
          (source, name) =>
            source.pipe(
              keep.stateful<Point, number, Point>({
                name,
                schema: 'long',
                key: ({ value }) => value.key,
                onMessage: (state, { value }) => ({ state: state ?? 0, emit: value }),
              }),
            ),
          stream,
        )
        .pipe(note(({ id }) => id)),
    }),
  });
}

async function planned(one: Topology, existing: readonly (readonly [string, number])[] = []) {
  return plan({ topology: one, shop: 'shop', registry: memoryRegistry(), existing: new Map(existing), partitions: 4 });
}

describe('a topology’s topics', () => {
  it('are named by shop and topology, and from its second version on by version', async () => {
    expect(topicsOf(await planned(plain())).map(({ name }) => name)).toEqual([
      'shop.points',
      'shop.notes',
      'shop.plain.state',
      'shop.plain.late',
      'shop.plain.dead',
    ]);
    expect(topicsOf(await planned(plain('v2'))).map(({ name }) => name)).toEqual([
      'shop.points',
      'shop.notes.v2',
      'shop.plain.v2.state',
      'shop.plain.v2.late',
      'shop.plain.v2.dead',
    ]);
    const versions = new Map([['points', 'v3']]);
    const options = { shop: 'shop', registry: memoryRegistry(), existing: new Map(), partitions: 4 };
    const reading = await plan({ ...options, topology: plain('v2'), versions });
    expect([...reading.inputs.values()].map(({ physical }) => physical)).toEqual(['shop.points.v3']);
    expect([(await planned(plain())).group, (await planned(plain('v2'))).group]).toEqual([
      'shop.plain.v1',
      'shop.plain.v2',
    ]);
  });

  it('have the partitions that are there, or the default, and as many tasks as the inputs', async () => {
    const { partitions, outputs } = await planned(plain(), [
      ['shop.points', 2],
      ['shop.notes', 8],
    ]);
    expect([partitions, outputs.get('notes')?.partitions]).toEqual([2, 8]);
    expect((await planned(plain())).partitions).toBe(4);
  });

  it('of a state are compacted', async () => {
    const state = topicsOf(await planned(plain())).find(({ name }) => name.endsWith('.state'));
    expect(state).toMatchObject({ partitions: 4, cleanup: 'compact' });
  });
});

it('two versions of a topology run side by side, each with outputs of its own', async () => {
  const v1 = plain();
  const v2 = plain('v2');
  const driver = await testTopology([v1, v2]);
  driver.send(points, point('k', 1));
  driver.run();
  expect(texts(driver.read(notes))).toEqual(['k@1']);
  expect(texts(driver.read(notes, 'v2'))).toEqual(['k@1']);
});

describe('a topology is refused', () => {
  const refused = (one: () => Topology, part: string): Promise<void> =>
    expect((async () => planned(one()))()).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining(part),
    });

  it('when its name or version would not do as a part of a topic’s name', async () => {
    const named =
      (name: string, version = 'v1') =>
      () =>
        topology({ name, version, from: { points }, to: {}, build: () => ({}) });
    await refused(named('Big'), 'Big');
    await refused(named('a.b'), 'a.b');
    await refused(named('ok', 'v.2'), 'v.2');
  });

  it('when its inputs are not co-partitioned', async () => {
    const two = topology({ name: 'two', from: { points, others }, to: {}, build: () => ({}) });
    await expect(
      planned(two, [
        ['shop.points', 2],
        ['shop.others', 3],
      ]),
    ).rejects.toMatchObject({ code: 'INVALID', message: expect.stringContaining('shop.points 2, shop.others 3') });
  });

  it('when an input tells no watermark', async () => {
    await refused(
      () => topology({ name: 'mute', from: { notes }, to: {}, build: () => ({}) }),
      'notes has no watermark',
    );
  });

  it('when it has no input', async () => {
    await refused(() => topology({ name: 'none', from: {}, to: {}, build: () => ({}) }), 'no input');
  });

  it('when it reads one topic under two names, of which one would get nothing', async () => {
    await refused(
      () => topology({ name: 'twice', from: { points, again: points }, to: {}, build: () => ({}) }),
      'again',
    );
  });

  it('when two of its stores have one name, or a name that would not do', async () => {
    await refused(() => storing('a', 'a'), '"a" is used twice');
    await refused(() => storing('a/b'), '"a/b"');
    await refused(() => storing(''), '""');
    await refused(() => storing('ebb'), '"ebb"');
  });

  it('when it builds no stream for an output', async () => {
    const silent = topology({
      name: 'silent',
      from: { points },
      to: { notes },
      // As a program that is not type-checked might.
      build: () => JSON.parse('{}'),
    });
    await refused(() => silent, 'no stream for output notes');
  });
});

it('store names that begin with a digit or hold other signs make state schemas that Avro takes', async () => {
  await expect(planned(storing('7-days', 'a b', 'ünï', 'a-b', 'a_b'))).resolves.toBeDefined();
});

it('refuses a topic whose schema is not a record', () => {
  expect(() => topic({ name: 'bad', schema: 'long', key: () => null })).toThrow('topic bad');
  expect(topic({ name: 'good', schema: pointSchema, key: () => null }).ticked).toBe(false);
});
