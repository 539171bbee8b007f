import { describe, expect, it } from 'vitest';
import { deduplicate } from './deduplicate.ts';
import { mapValues } from './message.ts';
import { byHand, loosePoints, note, notes, point, points, texts } from './points.testing.ts';
import { testTopology } from './testing.ts';
import { type Topology, topology } from './topology.ts';

const once = (input: typeof points = points, records?: number): Topology =>
  topology({
    name: 'once',
    from: { input },
    to: { notes },
    build: ({ input: stream }, keep) => ({
      notes: stream.pipe(
        deduplicate(keep, { name: 'seen', id: ({ value }) => value.id, within: 10, ...(records && { records }) }),
        note(({ id }, { time }) => `${id} ${time}`),
      ),
    }),
  });

describe('deduplication', () => {
  it('lets values pass whole that are lists', async () => {
    const lists = topology({
      name: 'lists',
      from: { points },
      to: { notes },
      build: ({ points: stream }, keep) => ({
        notes: stream.pipe(
          mapValues(({ id }): readonly string[] => [id, 'and more']),
          deduplicate(keep, { name: 'seen', id: ({ value }) => value.join(), within: 10 }),
          note((list) => list.join(' ')),
        ),
      }),
    });
    const hand = await byHand(lists);
    hand.send(point('k', 1, 1, 'a'));
    expect(hand.flush().out).toEqual(['a and more']);
  });

  it('lets the first of an id pass, drops its repeats and counts them', async () => {
    const driver = await testTopology(once());
    driver.tick(points, 0);
    driver.send(points, point('k', 5, 1, 'a'), point('k', 5, 1, 'a'), point('k', 6, 1, 'b'), point('k', 5, 1, 'a'));
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['a 5', 'b 6']);
    expect(driver.tasks[0]?.counters.custom.get('duplicates')).toBe(2);
  });

  it('remembers an id over a crash', async () => {
    const hand = await byHand(once());
    hand.tick(0);
    hand.send(point('k', 5, 1, 'a'));
    const again = await byHand(once(), { from: [hand.flush().transaction] });
    again.send(point('k', 5, 1, 'a'));
    expect(again.flush().out).toEqual([]);
  });

  it('tells repeats by their event times, whether the watermark has moved or not', async () => {
    for (const ticks of [[], [12]]) {
      const hand = await byHand(once());
      hand.tick(0);
      hand.send(point('k', 2, 1, 'a'));
      for (const time of ticks) hand.tick(time);
      hand.send(point('k', 12, 1, 'a'), point('k', 21, 1, 'a'), point('k', 13, 1, 'a'));
      expect(hand.flush().out).toEqual(['a 2', 'a 12']);
    }
  });

  it('forgets an id after its span', async () => {
    const hand = await byHand(once());
    hand.tick(0);
    hand.send(point('k', 2, 1, 'a'));
    hand.tick(12);
    expect(hand.task.keys.get('seen')).toBe(0);
  });

  it('knows a repeat that is out of order, but within the span of the first', async () => {
    const hand = await byHand(once(loosePoints));
    hand.send(point('k', 20, 1, 'a'), point('k', 15, 1, 'a'), point('k', 10, 1, 'a'));
    expect(hand.flush().out).toEqual(['a 20', 'a 10']);
  });

  it('judges what is behind by its own writer, so that it does not depend on how partitions interleave', async () => {
    for (const ticks of [[], [50]]) {
      const hand = await byHand(once());
      hand.tick(0);
      hand.send(point('k', 20, 1, 'a'));
      for (const time of ticks) hand.tick(time);
      hand.sendBehind(50, point('k', 20, 1, 'a'));
      expect(hand.flush().out).toEqual(['a 20', 'a 20']);
    }
  });

  it('lets pass what is so far behind that nothing is remembered of its time', async () => {
    const hand = await byHand(once());
    hand.tick(100);
    hand.send(point('k', 20, 1, 'a'), point('k', 20, 1, 'a'), point('k', 95, 1, 'b'), point('k', 95, 1, 'b'));
    expect(hand.flush().out).toEqual(['a 20', 'a 20', 'b 95']);
    expect(hand.task.keys.get('seen')).toBe(1);
  });

  describe('by place in the partition, too', () => {
    const far = [point('k', 1_000, 1, 'b'), point('k', 9_000, 1, 'c')];

    it('knows a repeat that comes soon, however long ago that is by event time', async () => {
      const hand = await byHand(once(loosePoints, 5));
      hand.send(point('k', 1, 1, 'a'), ...far, point('k', 1, 1, 'a'), ...far);
      expect(hand.flush().out).toEqual(['a 1', 'b 1000', 'c 9000']);
    });

    it('takes one that comes later for news, and forgets', async () => {
      const hand = await byHand(once(loosePoints, 3));
      hand.send(point('k', 1, 1, 'a'), ...far, point('k', 1, 1, 'a'));
      expect(hand.flush().out).toEqual(['a 1', 'b 1000', 'c 9000', 'a 1']);
      hand.send(...[1, 2, 3].map((step) => point('k', step * 1e9, 1, `later ${step}`)));
      hand.flush();
      expect(hand.task.keys.get('seen')).toBeLessThanOrEqual(3);
    });

    it('remembers where a record stood over a crash', async () => {
      const hand = await byHand(once(loosePoints, 5));
      hand.send(point('k', 1, 1, 'a'), ...far);
      const again = await byHand(once(loosePoints, 5), { from: [hand.flush().transaction] });
      again.send(point('k', 1, 1, 'a'));
      expect(again.flush().out).toEqual([]);
    });
  });
});
