import { expect, it } from 'vitest';
import { parseDescriptor } from '../datasets/descriptor.ts';
import { rawTopic } from '../datasets/raw.ts';
import { topics } from '../schemas/topics.ts';
import { testTopology } from '../src/engine/testing.ts';
import { normaliseDataset } from './normalise.ts';

const till = parseDescriptor(
  {
    ...{ name: 'till', title: 'A till', format: { kind: 'csv' }, amount: 'column', kind: { constant: 'PURCHASE' } },
    columns: { time: 'when', customer: 'who', amount: 'sum' },
    ...{ time: { patterns: ['ISO'] }, currency: { code: 'EUR', digits: 2 }, rows: { sorted: true } },
  },
  'the test',
);

it('a row that is delivered again is dropped, refused or not; one that was corrected counts, once', async () => {
  const raw = rawTopic(till);
  const topology = normaliseDataset(till, { outsiders: true });
  const driver = await testTopology(topology);
  const row = (number: number, sum: string) => ({
    ...{ _row: number, _file: 'f', _time: null, _error: null, _line: null, _of: 2 },
    ...{ when: '2024-02-01T08:00:00Z', who: 'anna', sum },
  });
  const send = (...rows: readonly ReturnType<typeof row>[]): readonly number[] => {
    driver.send(raw, ...rows);
    driver.run();
    return [driver.read(topics.events).length, driver.dead(topology).length];
  };
  expect(send(row(1, '1.00'), row(2, 'cheap'))).toEqual([1, 1]);
  const before = send(row(1, '1.00'), row(2, 'cheap'), row(2, 'dear'));
  const corrected = send(row(2, '3.50'), row(2, '3.50'));
  expect([before, corrected]).toEqual([
    [1, 1],
    [2, 1],
  ]);
});
