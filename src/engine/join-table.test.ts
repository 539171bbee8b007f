import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinTable } from './joins.ts';
import { note, notes, others, type Point, point, pointSchema, points, seeded, texts } from './points.testing.ts';
import { type TestDriver, testTopology } from './testing.ts';
import { type Topology, table, topology } from './topology.ts';

function joined(grace = 0): Topology {
  return topology({
    name: 'joined',
    from: { points, others: table(others) },
    to: { notes },
    build: ({ points: stream, others: rows }, keep) => ({
      notes: joinTable(keep, stream, rows, {
        name: 'rows',
        streamSchema: pointSchema,
        tableSchema: pointSchema,
        streamKey: ({ value }) => value.key,
        tableKey: ({ key }) => key ?? '',
        grace,
        tie: ({ id }) => id,
        join: (value: Point, row: Point | undefined) => `${value.id}-${row?.id ?? ''}`,
      }).pipe(note((text) => text)),
    }),
  });
}

function tick(driver: TestDriver, time: number): void {
  driver.tick(points, time);
  driver.tick(others, time);
}

const at = (time: number, id: string): Point => point('k', time, 1, id);
const tombstone = { key: Buffer.from('k'), value: null };

describe('joining a table', () => {
  it('meets the row as of the record’s own time, rows of the same time included', async () => {
    const driver = await testTopology(joined());
    driver.send(others, at(10, 'a'), at(20, 'b'), point('other', 5, 1, 'x'));
    driver.send(points, at(9, 'p'), at(10, 'q'), at(19, 'r'), at(20, 's'), at(50, 't'));
    tick(driver, 100);
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['p-', 'q-a', 'r-a', 's-b', 't-b']);
  });

  it('does so whichever side comes first', async () => {
    const driver = await testTopology(joined());
    driver.send(points, at(20, 'q'), at(10, 'p'));
    driver.run();
    driver.send(others, at(15, 'a'));
    driver.run();
    tick(driver, 100);
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['p-', 'q-a']);
  });

  it('deletes a row where a tombstone follows it, and takes a new one after that', async () => {
    const driver = await testTopology(joined());
    tick(driver, 0);
    driver.send(others, at(10, 'a'));
    driver.sendRaw(others, 0, tombstone);
    driver.send(others, at(30, 'b'));
    driver.send(points, at(9, 'p'), at(20, 'q'), at(30, 'r'));
    tick(driver, 100);
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['p-', 'q-', 'r-b']);
  });

  it('takes a tombstone before anything is known for the end of what came before it', async () => {
    const one = joined();
    const driver = await testTopology(one);
    driver.sendRaw(others, 0, tombstone);
    driver.send(others, at(10, 'a'));
    driver.sendRaw(others, 0, tombstone);
    driver.send(points, at(12, 'p'));
    tick(driver, 100);
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['p-']);
    expect(driver.late(one)).toEqual([]);
  });

  it('deletes a row that was settled long ago from where the watermark stands', async () => {
    const driver = await testTopology(joined());
    driver.send(others, at(10, 'a'));
    tick(driver, 50);
    driver.sendRaw(others, 0, tombstone);
    driver.send(points, at(50, 'p'), at(51, 'q'));
    tick(driver, 100);
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['p-', 'q-']);
    expect(driver.tasks[0]?.keys.get('rows')).toBe(0);
  });

  it('equals a brute-force join, in whatever order both sides come and wherever the task crashes', async () => {
    const feeds = fc.array(
      fc.record({
        isTable: fc.boolean(),
        key: fc.constantFrom('k', 'k', 'l'),
        step: fc.nat(5),
        back: fc.integer({ min: -10, max: 25 }),
        ticks: fc.boolean(),
        run: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(feeds, fc.constantFrom(0, 20), fc.integer(), async (steps, grace, seed) => {
        const chaos = { random: seeded(seed), crashes: 0.2 };
        const driver = await testTopology(joined(grace));
        const taken = { stream: [] as Point[], rows: [] as Point[] };
        let watermark = Number.NEGATIVE_INFINITY;
        let clock = 0;
        steps.forEach(({ isTable, key, step, back, ticks, run }, index) => {
          clock += step;
          if (ticks) {
            tick(driver, clock);
            watermark = clock;
          }
          const time = clock - back;
          const sent = point(key, time, 1, `${index}`);
          driver.send(isTable ? others : points, sent);
          if (time + grace >= watermark) (isTable ? taken.rows : taken.stream).push(sent);
          if (run) driver.run(chaos);
        });
        driver.close(points, 1000);
        driver.close(others, 1000);
        driver.run(chaos);
        // Of rows of one key and time, the one whose bytes sort last holds.
        const rows = taken.rows.sort((a, b) => a.time - b.time || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
        const expected = taken.stream.map(({ id, key, time }) => {
          const row = rows.findLast((one) => one.key === key && one.time <= time);
          return `${id}-${row?.id ?? ''}`;
        });
        expect(texts(driver.read(notes)).sort()).toEqual(expected.sort());
      }),
    );
  });
});
