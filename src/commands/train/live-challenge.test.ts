import { expect, it } from 'vitest';
import type { ChurnOutcome } from '../../../schemas/generated.ts';
import { challengeOf } from './live-challenge.ts';

function outcome(customerId: string, of: Partial<ChurnOutcome>): ChurnOutcome {
  return {
    ...{
      customerId,
      asOf: '2024-01-31',
      month: '2024-01',
      trigger: 'GRID',
      model: 'logistic_regression',
      version: 'v',
    },
    ...{ role: 'CHAMPION', probability: 0.5, label: 0, horizonDays: 90, active180: true },
    ...{ recency: 10, frequency: 1, tenure: 10, time: 0 },
    ...of,
  };
}

const tree = { model: 'decision_tree', role: 'CHALLENGER' } as const;

it('rows that only one of two kinds scored are left out, and versions do not matter', () => {
  const outcomes = [
    outcome('b', { probability: 0.7, label: 1, recency: 40 }),
    outcome('a', { probability: 0.2 }),
    outcome('a', { ...tree, probability: 0.1, version: 'other' }),
    outcome('b', { ...tree, probability: 0.9, label: 1, recency: 40 }),
    outcome('c', {}),
    outcome('d', tree),
    outcome('a', { ...tree, trigger: 'PURCHASE' }),
  ];
  const expected = {
    version: 'decision_tree',
    customers: ['a', 'b'],
    labels: Uint8Array.of(0, 1),
    recency: Float64Array.of(10, 40),
    champion: Float64Array.of(0.2, 0.7),
    challenger: Float64Array.of(0.1, 0.9),
  };
  expect(challengeOf(outcomes, 'logistic_regression', 'decision_tree')).toEqual(expected);
  expect(challengeOf([...outcomes].reverse(), 'logistic_regression', 'decision_tree')).toEqual(expected);
});
