import { describe, expect, it } from 'vitest';
import { parseDescriptor } from '../../datasets/descriptor.ts';
import { partitionOf } from '../../src/log/partition.ts';
import { descriptor, file, HOUR, PARTITIONS, START, shop, someRows, useFolder, withLog } from './runner.testing.ts';
import type { SourceSummary } from './runner.ts';
import type { Source } from './source.ts';

useFolder();

describe('a file', () => {
  it('becomes raw rows in their keys partitions, between ticks that open, step and close its writer', () =>
    withLog(async ({ run, content }) => {
      const source = await file('small.csv', [
        'who,when,paid',
        'a,2024-01-01T00:00:00Z,1',
        'b,2024-01-01T01:30:00Z,2',
        'c',
      ]);
      const summary = await run(source, { tickStep: HOUR });
      expect(summary).toEqual({
        source: source.id,
        topic: 'test.raw.my-shop',
        alreadyThere: false,
        rows: 3,
        written: 3,
        malformed: 1,
        untimed: 0,
        behind: 0,
        ended: 'end',
      });
      const writer = `source.my-shop.${source.id.slice(0, 12)}`;
      const found = await content();
      found.forEach((texts, partition) => {
        expect(texts.filter((text) => text.startsWith('tick'))).toEqual([
          `tick ${writer} 0/1 beginning`,
          `tick ${writer} 0/1 ${-60_000}`,
          `tick ${writer} 0/1 ${1.5 * HOUR - 60_000}`,
          `tick ${writer} 0/1 ${1.5 * HOUR + 1} closed`,
        ]);
        expect(texts.some((text) => text.startsWith('a '))).toBe(partition === partitionOf('a', PARTITIONS));
      });
      const rows = found.flat().filter((text) => !text.startsWith('tick'));
      expect(rows).toContain(
        `a ${JSON.stringify({ _row: 1, _file: source.id, _time: START, _error: null, _line: null, _of: null, who: 'a', when: '2024-01-01T00:00:00Z', paid: '1' })}`,
      );
      expect(rows).toContain(
        `null ${JSON.stringify({ _row: 3, _file: source.id, _time: null, _error: 'it has 1 field and should have 3', _line: 'c', _of: null, who: null, when: null, paid: null })}`,
      );
    }));

  it('with a time that lies in the future is not at its end: what follows is on time, and the data end where they do', () =>
    withLog(async ({ run, content }) => {
      const lines = [
        'who,when,paid',
        'a,2024-01-01T00:00:00Z,1',
        'a,2999-01-01T00:00:00Z,1',
        'a,2024-01-01T01:00:00Z,1',
      ];
      expect(await run(await file('future.csv', lines))).toMatchObject({ rows: 3, behind: 0 });
      const last = (await content()).map((texts) => texts.filter((text) => text.endsWith('closed')));
      expect(last.flat().every((text) => text.includes(` ${HOUR + 1} closed`))).toBe(true);
    }));

  it('that is there already changes nothing, unless it is wanted again under ids of its own', () =>
    withLog(async ({ run, content }) => {
      const source = await file('twice.csv', someRows(20));
      await run(source);
      const before = await content();
      expect(await run(source)).toMatchObject({ alreadyThere: true, rows: 20, written: 0 });
      expect(await content()).toEqual(before);
      expect(await run(source, { again: true })).toMatchObject({
        source: `${source.id}#2`,
        alreadyThere: false,
        written: 20,
      });
      expect(await run(source, { again: true })).toMatchObject({ source: `${source.id}#3`, written: 20 });
      expect(await run(source)).toMatchObject({ source: `${source.id}#3`, alreadyThere: true });
    }));

  it('stopped after any commit goes on from there: what stands in the log is that of a run without stops', async () => {
    const source = await file('stops.csv', someRows(25_000));
    const changes = { tickStep: HOUR };
    let expected: readonly (readonly string[])[] = [];
    await withLog(async ({ run, content }) => {
      await run(source, changes);
      expected = await content();
    });
    for (const commits of [1, 2, 3]) {
      await withLog(async ({ run, content }) => {
        const runs: SourceSummary[] = [];
        do {
          const stop = new AbortController();
          let seen = 0;
          const onProgress = () => {
            if (++seen >= commits) stop.abort();
          };
          runs.push(await run(source, { ...changes, signal: stop.signal, onProgress }));
        } while (runs.at(-1)?.ended === 'signal' && runs.length < 30);
        expect(runs.at(-1)).toMatchObject({ ended: 'end', rows: 25_000 });
        expect(runs.reduce((sum, { written }) => sum + written, 0)).toBe(25_000);
        expect(await content()).toEqual(expected);
      });
    }
  });

  it('marks the rows that come behind its watermark', () =>
    withLog(async ({ run, content }) => {
      const lines = [
        'who,when,paid',
        'a,2024-01-01T02:00:00Z,1',
        'a,2024-01-01T01:59:00Z,2',
        'a,2024-01-01T01:58:59Z,3',
        'a,never,4',
      ];
      expect(await run(await file('behind.csv', lines))).toMatchObject({ behind: 1, untimed: 1 });
      const behind = (await content()).flat().filter((text) => text.includes('behind'));
      expect(behind).toHaveLength(1);
      expect(behind[0]).toMatch(new RegExp(`"paid":"3"} behind ${START + 2 * HOUR - 60_000}$`));
    }));

  it('in no order of time ticks when it begins and when all its days are over', () =>
    withLog(async ({ run, content }) => {
      const days = parseDescriptor(
        {
          ...shop,
          rows: { sorted: false },
          time: { patterns: ['ISO'], precision: 'day', coversUntil: '2024-01-31', zone: 'Europe/Berlin' },
        },
        'test',
      );
      const lines = ['who,when,paid', 'a,2024-01-05,1', 'b,2024-01-03,1', 'c,2024-01-04,1'];
      const source = await file('unsorted.csv', lines, days);
      await run(source, { descriptor: days });
      const writer = `source.my-shop.${source.id.slice(0, 12)}`;
      const end = Date.UTC(2024, 0, 31, 23) - START;
      for (const texts of await content(days)) {
        expect(texts.at(0)).toBe(`tick ${writer} 0/1 beginning`);
        expect(texts.at(-1)).toBe(`tick ${writer} 0/1 ${end} closed`);
        expect(texts.filter((text) => text.startsWith('tick'))).toHaveLength(2);
      }
    }));

  it('may have more columns than the last one, and its rows are still readable as before', () =>
    withLog(async ({ run, content }) => {
      await run(await file('one.csv', ['who,when,paid', 'a,2024-01-01,1']));
      await run(await file('two.csv', ['who,when,coupon,paid', 'a,2024-01-02,X,2']));
      const rows = (await content()).flat().filter((text) => !text.startsWith('tick'));
      expect(rows.map((text) => /"paid":"\d"/.exec(text)?.[0])).toEqual(['"paid":"1"', '"paid":"2"']);
      expect(
        (await content(descriptor, ['coupon'])).flat().filter((text) => text.includes('"coupon":"X"')),
      ).toHaveLength(1);
    }));

  it('read by two at once is written once', () =>
    withLog(async ({ run }) => {
      const source = await file('race.csv', someRows(10_000));
      const [one, two] = await Promise.all([run(source), run(source)]);
      expect(one.written + two.written).toBe(10_000);
      expect([one.rows, two.rows]).toEqual([10_000, 10_000]);
    }));

  it('damaged in the middle keeps what came before, and goes on when it is whole', () =>
    withLog(async ({ run, log }) => {
      const whole = await file('whole.csv', someRows(9_000));
      const damaged: Source = {
        ...whole,
        async *read(options) {
          let rows = 0;
          for await (const batch of whole.read(options)) {
            yield batch;
            rows += batch.rows.length;
            if (rows >= 7_000) throw new Error('unreadable');
          }
        },
      };
      await expect(run(damaged)).rejects.toThrow('unreadable');
      expect(await run(whole)).toMatchObject({ rows: 9_000, ended: 'end' });
      const info = (await log.topics()).find(({ name }) => name === 'test.raw.my-shop');
      expect(info?.partitions).toBe(PARTITIONS);
    }));
});
