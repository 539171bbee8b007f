import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ChurnOutcome } from '../../schemas/generated.ts';
import { LiveRows } from './live-rows.ts';

function outcome(customerId: string, of: Partial<ChurnOutcome> = {}): ChurnOutcome {
  return {
    ...{ customerId, asOf: '2024-01-31', month: '2024-01', trigger: 'GRID', model: 'logistic_regression' },
    ...{ version: 'v', role: 'CHAMPION', probability: 0.5, label: 0, horizonDays: 90, active180: true },
    ...{ recency: 10, frequency: 1, tenure: 10, time: 7 },
    ...of,
  };
}

function rowsOf(outcomes: readonly ChurnOutcome[]): LiveRows {
  const rows = new LiveRows();
  for (const one of outcomes) rows.add(one);
  return rows;
}

const tree = { model: 'decision_tree', role: 'CHALLENGER' } as const;

it('rows that only one of two kinds scored are left out, and versions do not matter', () => {
  const rows = rowsOf([
    outcome('b', { probability: 0.7, label: 1, recency: 40 }),
    outcome('a', { probability: 0.2 }),
    outcome('a', { ...tree, probability: 0.1, version: 'other' }),
    outcome('b', { ...tree, probability: 0.9, label: 1, recency: 40 }),
    outcome('c'),
    outcome('d', tree),
    outcome('a', { ...tree, trigger: 'PURCHASE' }),
  ]);
  expect(rows.challenges('logistic_regression', ['decision_tree', 'linear_svc'])).toEqual([
    {
      kind: 'decision_tree',
      customers: ['a', 'b'],
      labels: Uint8Array.of(0, 1),
      recency: Float64Array.of(10, 40),
      champion: Float64Array.of(0.2, 0.7),
      challenger: Float64Array.of(0.1, 0.9),
      monthEnds: 1,
    },
    expect.objectContaining({ kind: 'linear_svc', customers: [], monthEnds: 0 }),
  ]);
});

it('of two models of a kind the champion is what counts, whichever came first', () => {
  const both = [
    outcome('a', { probability: 0.2, version: '2024-01-01.a' }),
    outcome('a', { probability: 0.9, version: '2024-02-01.b', role: 'CHALLENGER' }),
    outcome('a', tree),
  ];
  for (const outcomes of [both, [...both].reverse()])
    expect(rowsOf(outcomes).challenges('logistic_regression', ['decision_tree'])[0]?.champion[0]).toBe(0.2);
});

it('rows are those that were known between two moments, however much more has been read', () => {
  const all = [6, 7, 8, 9].flatMap((time) => [outcome(`c${time}`, { time }), outcome(`c${time}`, { ...tree, time })]);
  const rows = rowsOf(all);
  rows.forget(6);
  expect(rows.challenges('logistic_regression', ['decision_tree'], 8)[0]?.customers).toEqual(['c7', 'c8']);
});

it('outcomes give the same challenges in whatever order they come', () => {
  const one = fc.record({
    customerId: fc.constantFrom('a', 'b', 'c'),
    asOf: fc.constantFrom('2024-01-31', '2024-02-29'),
    trigger: fc.constantFrom('GRID', 'PURCHASE'),
    model: fc.constantFrom('logistic_regression', 'decision_tree'),
    version: fc.constantFrom('v1', 'v2'),
    role: fc.constantFrom('CHAMPION', 'CHALLENGER'),
  });
  const distinct = fc.uniqueArray(one, {
    selector: ({ customerId, asOf, trigger, model, version }) => [customerId, asOf, trigger, model, version].join(),
  });
  const made = distinct.chain((all) =>
    fc.tuple(
      fc.constant(all.map((each, index) => outcome(each.customerId, { ...each, probability: index / 100 }))),
      fc.shuffledSubarray([...all.keys()], { minLength: all.length }),
    ),
  );
  fc.assert(
    fc.property(made, ([outcomes, order]) => {
      const shuffled = order.flatMap((index) => outcomes[index] ?? []);
      const challenges = (of: readonly ChurnOutcome[]) =>
        rowsOf(of).challenges('logistic_regression', ['decision_tree']);
      expect(challenges(shuffled)).toEqual(challenges(outcomes));
    }),
  );
});
