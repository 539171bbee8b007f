import { delay, map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { reject } from './keep.ts';
import { note, notes, type Point, point, points } from './points.testing.ts';
import { testTopology } from './testing.ts';
import { topology } from './topology.ts';

describe('an operator that throws', () => {
  it('stops the task with an error that names topic, partition and offset', async () => {
    const broken = topology({
      name: 'broken',
      from: { points },
      to: { notes },
      build: ({ points: stream }) => ({
        notes: stream.pipe(
          map((message) => {
            if (message.value.value === 13) throw new Error('unlucky');
            return message;
          }),
          note(({ id }) => id),
        ),
      }),
    });
    const driver = await testTopology(broken);
    driver.send(points, point('k', 1), point('k', 2, 13));
    expect(() => driver.run()).toThrow(
      expect.objectContaining({
        code: 'OPERATOR_FAILED',
        message: expect.stringMatching(/topology broken: .* at test\.points, partition 0, offset 1: unlucky/),
        cause: expect.objectContaining({ message: 'unlucky' }),
      }),
    );
  });

  it('names the store and the key of a state that does not fit its schema', async () => {
    const misfit = topology({
      name: 'misfit',
      from: { points },
      to: { notes },
      build: ({ points: stream }, keep) => ({
        notes: stream.pipe(
          keep.stateful<Point, number, string>({
            name: 'halves',
            schema: 'long',
            key: ({ value }) => value.key,
            onMessage: () => ({ state: 0.5 }),
          }),
          note((text) => text),
        ),
      }),
    });
    const driver = await testTopology(misfit);
    driver.send(points, point('k', 1));
    expect(() => driver.run()).toThrow(
      expect.objectContaining({ code: 'OPERATOR_FAILED', message: expect.stringContaining('store halves, key k') }),
    );
  });
});

describe('an emission outside advance', () => {
  const waited = (build: Parameters<typeof topology<{ points: typeof points }, { notes: typeof notes }>>[0]['build']) =>
    testTopology(topology({ name: 'waiting', from: { points }, to: { notes }, build }));
  const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

  it('into an output is an error that says so', async () => {
    const driver = await waited(({ points: stream }) => ({
      notes: stream.pipe(
        delay(1),
        note(({ id }) => id),
      ),
    }));
    driver.send(points, point('k', 1));
    driver.run();
    await nextTurn();
    driver.send(points, point('k', 2));
    expect(() => driver.run()).toThrow(
      expect.objectContaining({ code: 'EMITTED_OUTSIDE', message: expect.stringContaining('waiting') }),
    );
  });

  it('into a store is an error that says so', async () => {
    const driver = await waited(({ points: stream }, keep) => ({
      notes: stream.pipe(
        delay(1),
        keep.stateful<Point, number, string>({
          name: 'sums',
          schema: 'long',
          key: ({ value }) => value.key,
          onMessage: (state) => ({ state: (state ?? 0) + 1 }),
          onCommit: String,
        }),
        note((text) => text),
      ),
    }));
    driver.send(points, point('k', 1));
    driver.run();
    await nextTurn();
    driver.send(points, point('k', 2));
    expect(() => driver.run()).toThrow(
      expect.objectContaining({ code: 'EMITTED_OUTSIDE', message: expect.stringContaining('store sums') }),
    );
  });

  it('into the dead letters is an error that says so', async () => {
    const driver = await waited(({ points: stream }, keep) => ({
      notes: stream.pipe(
        delay(1),
        keep.mapOrReject((value: Point) => (value.value === 1 ? reject('ONE', 'one') : value)),
        note(({ id }) => id),
      ),
    }));
    driver.send(points, point('k', 1));
    driver.run();
    await nextTurn();
    driver.send(points, point('k', 2));
    expect(() => driver.run()).toThrow(expect.objectContaining({ code: 'EMITTED_OUTSIDE' }));
  });
});
