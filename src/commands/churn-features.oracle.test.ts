import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { dayEnds } from '../../datasets/day-end.ts';
import { type ChurnExample, churnExampleSchema } from '../../schemas/generated.ts';
import { openSerde } from '../avro/serde.ts';
import { writeFeatures } from '../churn/examples.ts';
import { FEATURES, featureNames } from '../churn/features.ts';
import { gatherFrom } from '../churn/gathered.ts';
import { dayOf } from '../churn/history.ts';
import type { LabelledRows } from '../churn/labelled.ts';
import { loadConfig } from '../config.ts';
import { isTick } from '../engine/tick.ts';
import { testFolder } from './data-folder.testing.ts';
import { ebbOk, realFile } from './ebb.testing.ts';
import { type ExpectedExample, expectedExamples } from './oracle-churn.testing.ts';
import { type ReadHistories, readHistories } from './read-histories.ts';
import { openWorkplace } from './workplace.ts';

const CUSTOMERS = 23_570;
const HORIZON = 90;
const file = realFile('cdnow_master.txt');
const folder = testFolder();

/** Numbers that differ from those of the recompute by more than rounding, and labels that differ at all. */
function differences(expected: ReadonlyMap<string, ExpectedExample> | undefined, snapshot: LabelledRows): string[] {
  const found: string[] = [];
  snapshot.customers.forEach((customer, row) => {
    const numbers = expected?.get(customer);
    featureNames.forEach((name, column) => {
      const value = snapshot.features[row * FEATURES + column] ?? Number.NaN;
      const should = numbers?.get(name) ?? Number.NaN;
      if (!(Math.abs(value - should) <= 1e-9 * Math.max(1, Math.abs(should))))
        found.push(`${customer} ${name}: ${value}, should be ${should}`);
    });
    if (snapshot.labels[row] !== numbers?.get('label')) found.push(`${customer}: label`);
  });
  return found;
}

function shareOf(labels: ArrayLike<number>): number {
  const all = Array.from(labels);
  return all.reduce((sum, label) => sum + label, 0) / all.length;
}

describe.skipIf(file === undefined)('churn examples of all of CDNOW (skipped without the public datasets)', () => {
  let read: ReadHistories;
  let onLog: readonly ChurnExample[];

  beforeAll(async () => {
    const data = join(folder, 'data');
    await ebbOk('replay', file ?? '', '--dataset', 'cdnow', '--shop', 'cd', '--run', '--data', data);
    await using place = await openWorkplace(loadConfig({ data, shop: 'cd' }, {}));
    const { log, registry } = place;
    read = await readHistories(log, registry, { topic: 'cd.events', endOf: dayEnds(['UTC']) });
    const serde = await openSerde<ChurnExample>(registry, 'cd.churn-examples-value', churnExampleSchema);
    const examples: ChurnExample[] = [];
    for await (const { records } of log.read({ topic: 'cd.churn-examples', from: 'start', to: 'end' }))
      for (const record of records)
        if (record.value !== null && !isTick(record)) examples.push(serde.decode(record.value));
    onLog = examples;
  }, 240_000);

  const at = (date: string): LabelledRows => {
    const day = dayOf(date);
    return gatherFrom(read.histories, { snapshots: new Map([[day, 1]]), purchases: new Map() }, HORIZON).snapshot(day);
  };

  it('are what SQL finds in the file, on a day off the grid and on the last one whose horizon has ended', async () => {
    const dates = ['1997-11-01', '1998-03-31'];
    const expected = await expectedExamples('cdnow', file ?? '', dates);
    dates.forEach((date, index) => {
      const snapshot = at(date);
      expect(snapshot.customers).toHaveLength(CUSTOMERS);
      expect(expected[index]?.size).toBe(CUSTOMERS);
      expect(differences(expected[index], snapshot)).toEqual([]);
    });
  });

  it('on the log are bit by bit those computed from its events for the same day', () => {
    const date = '1998-03-31';
    const rows = new Map(
      onLog.filter((one) => one.asOf === date && one.trigger === 'GRID').map((one) => [one.customerId, one]),
    );
    const snapshot = at(date);
    const features = new Float64Array(snapshot.features.length);
    const labels = new Uint8Array(snapshot.customers.length);
    snapshot.customers.forEach((customer, row) => {
      const example = rows.get(customer);
      if (example === undefined) throw new Error(`no example of customer ${customer}`);
      writeFeatures(example, features, row * FEATURES);
      labels[row] = example.label;
    });
    expect(rows.size).toBe(CUSTOMERS);
    expect(Buffer.from(features.buffer).equals(Buffer.from(snapshot.features.buffer))).toBe(true);
    expect(labels).toEqual(snapshot.labels);
  });

  it('are as many, and churn as often, as is known of these data', () => {
    const newest = at('1998-03-31');
    const active = newest.customers.flatMap((_, row) =>
      (newest.features[row * FEATURES + 10] ?? 0) > 0 ? [newest.labels[row] ?? Number.NaN] : [],
    );
    expect(shareOf(newest.labels)).toBeCloseTo(0.86, 3);
    expect(active).toHaveLength(6055);
    expect(shareOf(active)).toBeCloseTo(0.615, 3);
    const training = ['1997-07-01', '1997-08-01', '1997-09-01', '1997-10-01', '1997-11-01'];
    expect(training.reduce((rows, date) => rows + at(date).customers.length, 0)).toBe(117_850);
  });

  it('come once each, of every month end and of every day of purchase whose horizon has ended, and of no other', () => {
    const ids = new Set(onLog.map(({ customerId, asOf, trigger }) => `${customerId} ${asOf} ${trigger}`));
    expect(ids.size).toBe(onLog.length);
    const last = dayOf('1998-06-30') - HORIZON;
    const occasions = [...read.histories.values()].flatMap(({ days }) => days.filter((day) => day <= last));
    const purchases = onLog.filter(({ trigger }) => trigger === 'PURCHASE');
    expect(purchases).toHaveLength(occasions.length);
    const months = new Set(onLog.flatMap(({ asOf, trigger }) => (trigger === 'GRID' ? [asOf] : [])));
    expect([...months].sort()).toEqual([
      ...[
        '01-31',
        '02-28',
        '03-31',
        '04-30',
        '05-31',
        '06-30',
        '07-31',
        '08-31',
        '09-30',
        '10-31',
        '11-30',
        '12-31',
      ].map((day) => `1997-${day}`),
      ...['01-31', '02-28', '03-31'].map((day) => `1998-${day}`),
    ]);
  });
});
