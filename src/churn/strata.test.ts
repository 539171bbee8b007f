import { describe, expect, it } from 'vitest';
import { type StratifiedRows, strataOf, uncalibratedStrata } from './strata.ts';

interface Group {
  readonly trigger: string;
  readonly frequency: number;
  readonly tenure: number;
  readonly rows: number;
  readonly probability: number;
  /** Share that churned. */
  readonly observed: number;
}

function rowsOf(...groups: readonly Group[]): StratifiedRows {
  const rows = groups.flatMap((group) =>
    Array.from({ length: group.rows }, (_, index) => ({
      ...group,
      label: index < group.rows * group.observed ? 1 : 0,
    })),
  );
  return {
    probabilities: Float64Array.from(rows, ({ probability }) => probability),
    labels: Uint8Array.from(rows, ({ label }) => label),
    triggers: rows.map(({ trigger }) => trigger),
    frequency: Float64Array.from(rows, ({ frequency }) => frequency),
    tenure: Float64Array.from(rows, ({ tenure }) => tenure),
  };
}

const grid = { trigger: 'GRID', frequency: 5, tenure: 200, rows: 2_000, probability: 0.6, observed: 0.65 };

describe('Strata', () => {
  it('show a model that is right on the grid and wrong at first purchases', () => {
    const first = { trigger: 'PURCHASE', frequency: 1, tenure: 0, rows: 600, probability: 0.23, observed: 0.5 };
    const [failing, ...others] = uncalibratedStrata(rowsOf(grid, first));
    expect(others).toEqual([]);
    expect(failing).toMatchObject({ trigger: 'PURCHASE', purchases: '1', tenure: '0-29', rows: 600 });
    expect(failing?.meanProbability).toBeCloseTo(0.23);
    expect(failing?.observed).toBeCloseTo(0.5);
  });

  it('say nothing of fewer than 500 rows', () => {
    const [stratum] = strataOf(rowsOf({ ...grid, rows: 499, probability: 0.1 }));
    expect(stratum?.verdict).toBe('few');
    expect(strataOf(rowsOf({ ...grid, rows: 500, probability: 0.1 }))[0]?.verdict).toBe('uncalibrated');
  });

  it('hold within a tenth', () => {
    const verdict = (probability: number) => strataOf(rowsOf({ ...grid, probability, observed: 0.5 }))[0]?.verdict;
    expect([0.39, 0.41, 0.59, 0.61].map(verdict)).toEqual(['uncalibrated', 'calibrated', 'calibrated', 'uncalibrated']);
  });

  it('part customers by what they were scored for, purchases 1, 2-3, 4+ and tenure from 30 and 90 days', () => {
    const each = [1, 2, 3, 4].flatMap((frequency) =>
      [29, 30, 89, 90].map((tenure) => ({ ...grid, rows: 1, frequency, tenure })),
    );
    const names = strataOf(rowsOf(...each)).map(({ purchases, tenure, rows }) => `${purchases} ${tenure} ${rows}`);
    expect(names.sort()).toEqual([
      ...['1 0-29 1', '1 30-89 2', '1 90+ 1', '2-3 0-29 2', '2-3 30-89 4', '2-3 90+ 2'],
      ...['4+ 0-29 1', '4+ 30-89 2', '4+ 90+ 1'],
    ]);
  });
});
