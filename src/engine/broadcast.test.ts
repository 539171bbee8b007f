import { describe, expect, it } from 'vitest';
import { BroadcastTable } from './broadcast.ts';
import { byHand, note, notes, noteWindow, others, point, points, sum, texts, tickedNotes } from './points.testing.ts';
import { testTopology } from './testing.ts';
import { topic } from './topic.ts';
import { topology } from './topology.ts';
import { tumblingWindow } from './windows.ts';

const settings = topic({ ...{ name: 'settings', schema: points.schema, key: points.key }, cleanup: 'compact' });

const scored = topology({
  name: 'scored',
  from: { points },
  broadcast: { settings },
  to: { notes },
  build({ points: stream }, keep) {
    const rates = keep.broadcast<{ readonly value: number }>('settings');
    return {
      notes: stream.pipe(
        note(
          (value, { time }) =>
            `${value.id} ${rates.at('rate', time)?.value ?? 'none'} ${rates.latest.get('rate')?.value}`,
        ),
      ),
    };
  },
});

describe('a broadcast table', () => {
  it('holds, for any time, the newest version that is not after it', () => {
    const table = new BroadcastTable<string>('test.settings');
    table.put('k', 20, 'b');
    table.put('k', 10, 'a');
    table.put('k', 30, 'c');
    table.put('k', 20, 'B');
    expect([5, 10, 19, 20, 29, 30, 99].map((time) => table.at('k', time))).toEqual([
      undefined,
      'a',
      'a',
      'B',
      'B',
      'c',
      'c',
    ]);
    expect(table.latest.get('k')).toBe('c');
    expect(table.at('other', 99)).toBeUndefined();
    table.delete('k');
    expect(table.at('k', 99)).toBeUndefined();
    expect(table.latest.size).toBe(0);
  });
});

describe('a broadcast input', () => {
  it('is kept in memory as far as the topology will ask for it', async () => {
    const kept: (readonly string[])[] = [];
    const forgetful = topology({
      name: 'forgetful',
      from: { points },
      broadcast: { settings },
      to: { tickedNotes },
      build({ points: stream }, keep) {
        const all = keep.broadcast<{ readonly time: number }>('settings', {
          forget: (latest, watermark) =>
            [...latest].flatMap(([key, { time }]) => (time < watermark - 100 ? [key] : [])),
        });
        return {
          tickedNotes: stream.pipe(
            note(({ id }) => {
              kept.push([...all.latest.keys()]);
              return id;
            }),
          ),
        };
      },
    });
    const driver = await testTopology(forgetful);
    driver.send(settings, point('a', 10), point('b', 20));
    driver.send(points, point('x', 5));
    driver.tick(points, 115);
    driver.run();
    driver.send(settings, point('c', 30));
    driver.run();
    driver.send(points, point('y', 120));
    driver.run();
    expect(kept[0]).toEqual(['a', 'b']);
    expect(kept[1]).toEqual(['b', 'c']);
  });

  it('is read whole before any record, by every task, and holds from its own event time', async () => {
    const driver = await testTopology(scored, { partitions: 3 });
    driver.send(points, ...['a', 'b', 'c', 'd'].flatMap((key) => [point(key, 5), point(key, 15)]));
    driver.send(settings, point('rate', 10, 1), point('rate', 20, 2));
    driver.run();
    expect(texts(driver.read(notes)).sort()).toEqual(
      ['a', 'b', 'c', 'd'].flatMap((key) => [`${key}@15 1 2`, `${key}@5 none 2`]).sort(),
    );
  });

  it('is deleted by a tombstone', async () => {
    const driver = await testTopology(scored);
    driver.send(settings, point('rate', 0, 1));
    driver.sendRaw(settings, 0, { key: Buffer.from('rate'), value: null });
    driver.send(points, point('a', 5));
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['a@5 none undefined']);
  });

  it('that does not decode stops the task with an error that names the record', async () => {
    const driver = await testTopology(scored);
    driver.sendRaw(settings, 0, { key: Buffer.from('rate'), value: Buffer.from('x') });
    expect(() => driver.run()).toThrow(
      expect.objectContaining({
        code: 'BROADCAST_UNREADABLE',
        message: expect.stringContaining('test.settings, partition 0, offset 0'),
      }),
    );
  });

  it('must be declared', async () => {
    const undeclared = topology({
      name: 'undeclared',
      from: { points },
      to: { notes },
      build({ points: stream }, keep) {
        keep.broadcast('settings');
        return { notes: stream.pipe(note(({ id }) => id)) };
      },
    });
    await expect(testTopology(undeclared)).rejects.toMatchObject({ code: 'INVALID' });
  });
});

describe('a broadcast input that carries ticks', () => {
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

  it('holds the watermark back until it has ticked beyond it, in all its partitions', async () => {
    const driver = await testTopology(windowed, { partitions: 2 });
    driver.tick(others, 0);
    driver.send(points, point('a', 1));
    driver.tick(points, 100);
    driver.run();
    expect(texts(driver.read(tickedNotes))).toEqual([]);
    driver.tick(others, 10);
    driver.run();
    expect(texts(driver.read(tickedNotes))).toEqual([]);
    driver.tick(others, 11);
    driver.run();
    expect(texts(driver.read(tickedNotes))).toEqual(['a [0, 10) 1.']);
  });

  it('holds nothing back when it has closed', async () => {
    const driver = await testTopology(windowed);
    driver.close(others, 5);
    driver.send(points, point('a', 1));
    driver.tick(points, 100);
    driver.run();
    expect(texts(driver.read(tickedNotes))).toEqual(['a [0, 10) 1.']);
  });

  it('holds nothing back when nobody has ever ticked it', async () => {
    const driver = await testTopology(windowed);
    driver.send(points, point('a', 1));
    driver.tick(points, 100);
    driver.run();
    expect(texts(driver.read(tickedNotes))).toEqual(['a [0, 10) 1.']);
  });

  it('takes nobody beyond the end of the data', async () => {
    const first = await byHand(windowed);
    first.send(point('a', 1));
    first.tick(5, { closed: true });
    first.tickBroadcast(1000);
    expect(first.flush().out).toEqual(['tick 5 closed']);
  });

  it('leaves windows closed that it let close, over a crash', async () => {
    const first = await byHand(windowed);
    first.tickBroadcast(0);
    first.send(point('a', 1));
    first.tick(100);
    const one = first.flush().transaction;
    first.tickBroadcast(50);
    const two = first.flush();
    expect(two.out).toEqual(['a [0, 10) 1.', 'tick 49']);
    const again = await byHand(windowed, { from: [one, two.transaction] });
    expect(again.task.watermark).toBe(49);
  });
});
