import { describe, expect, it } from 'vitest';
import { parseDescriptor } from '../../datasets/descriptor.ts';
import { file, START, shop, someRows, useFolder, withLog } from './runner.testing.ts';
import type { Source } from './source.ts';

useFolder();

describe('at a speed', () => {
  it('rows come at their time', () =>
    withLog(async ({ run }) => {
      let wall = START;
      const seen: number[] = [];
      const source = await file('paced.csv', someRows(5));
      const summary = await run(source, {
        speed: 600_000,
        now: () => {
          wall += 1;
          return wall;
        },
        onProgress: ({ rows }) => seen.push(rows),
      });
      expect(summary).toMatchObject({ rows: 5, ended: 'end' });
      expect(seen.length).toBeGreaterThanOrEqual(1);
    }));

  it('a file in no order of time is refused, with what to do', () =>
    withLog(async ({ run }) => {
      const unsorted = parseDescriptor({ ...shop, rows: { sorted: false } }, 'test');
      const source = await file('refused.csv', someRows(5), unsorted);
      await expect(run(source, { descriptor: unsorted, speed: 3600 })).rejects.toMatchObject({
        code: 'NOT_IN_TIME_ORDER',
        message: expect.stringContaining('--speed max'),
      });
    }));

  it('stopped in the middle goes on with the next row', () =>
    withLog(async ({ run, content }) => {
      const source = await file('paced-stop.csv', someRows(40));
      const stop = new AbortController();
      const onProgress = ({ rows }: { readonly rows: number }) => {
        if (rows > 0) stop.abort();
      };
      const first = await run(source, { speed: 3600, now: Date.now, signal: stop.signal, onProgress });
      expect(first).toMatchObject({ ended: 'signal' });
      expect(first.rows).toBeLessThan(40);
      expect(await run(source)).toMatchObject({ rows: 40, ended: 'end' });
      const rows = (await content()).flat().filter((text) => !text.startsWith('tick'));
      expect(new Set(rows.map((text) => /"_row":\d+/.exec(text)?.[0])).size).toBe(40);
      expect(rows).toHaveLength(40);
    }));
});

describe('a live source', () => {
  it('ticks its clock, commits what comes, and counts on after a restart', () =>
    withLog(async ({ run, content }) => {
      const live = (watermark: number, who: string): Source => ({
        id: 'f'.repeat(64),
        name: 'http://example/events',
        columns: ['who', 'when', 'paid'],
        progress: () => undefined,
        async *read({ from }) {
          const row = Number(from ?? 0) + 1;
          const columns = { who, when: new Date(START).toISOString(), paid: '1' };
          yield { rows: [{ row, columns }], position: String(row), watermark };
          yield { rows: [], position: String(row), watermark: watermark + 1000 };
        },
      });
      expect(await run(live(START + 5000, 'a'))).toMatchObject({ rows: 1, alreadyThere: false });
      expect(await run(live(START + 9000, 'b'))).toMatchObject({ rows: 2, written: 1, alreadyThere: false, behind: 1 });
      const found = await content();
      expect(found.flat().filter((text) => text.includes('"_row":2'))).toHaveLength(1);
      expect(
        found[0]?.filter((text) => text.startsWith('tick')).map((text) => text.split(' ').slice(3).join(' ')),
      ).toEqual(['beginning', '-60000', '5000', '6000', '6000 closed', '9000', '10000', '10000 closed']);
    }));
});
