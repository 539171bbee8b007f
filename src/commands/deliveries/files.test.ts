import { expect, it } from 'vitest';
import { DAY } from '../../../datasets/civil.ts';
import { parseDescriptor } from '../../../datasets/descriptor.ts';
import { Files } from './files.ts';

const till = parseDescriptor(
  {
    ...{
      name: 'till',
      title: 'A till',
      format: { kind: 'csv' },
      columns: { time: 'when', customer: 'who', amount: 'sum' },
    },
    ...{ time: { patterns: ['ISO'] }, currency: { code: 'EUR', digits: 2 }, rows: { sorted: true } },
    ...{ amount: 'column', kind: { constant: 'PURCHASE' } },
  },
  'the test',
);

it('a file whose rows are newer than the process that reads it ends when they do; a mistyped year says nothing', () => {
  const started = Date.UTC(2026, 0, 1);
  let now = started;
  const files = new Files(till, 1, [], () => now);
  const take = (row: number, time: number): void =>
    files.take({
      ...{ _row: row, _file: 'f', _time: time, _error: null, _line: null, _of: 3 },
      ...{ when: new Date(time).toISOString(), who: 'anna', sum: '1.00' },
    });
  now += 3 * DAY;
  take(1, started + 2 * DAY);
  take(2, started + 3 * DAY);
  take(3, Date.UTC(2062, 0, 1));
  expect([...files.open]).toMatchObject([{ file: 'f', rows: 3, of: 3, greatest: started + 3 * DAY }]);
});
