import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Challenge, compareKinds, judgeRefit } from './compare.ts';
import { holmAdjusted } from './holm.ts';
import { logistic } from './probability.ts';
import { seededRandom } from './random.ts';

interface Made {
  /** How far the challenger's log-odds are from the truth; the champion's are 1 off. */
  readonly off: number;
  readonly version?: string;
  readonly customers?: number;
  /** Snapshots of each customer. */
  readonly snapshots?: number;
  readonly recency?: (score: number) => number;
}

/** Customers with a churn probability of their own, which models know but for an error that differs from customer to customer. */
function challenge({ off, version = 'tree-1', customers = 800, snapshots = 3, recency = () => 10 }: Made): Challenge {
  const random = seededRandom(17);
  const people = Array.from({ length: customers }, (_, id) => ({
    id: `c${id}`,
    truth: 4 * random() - 2,
    error: random() < 0.5 ? -1 : 1,
    other: random() < 0.5 ? -1 : 1,
  }));
  const rows = people.flatMap((person) => new Array<typeof person>(snapshots).fill(person));
  return {
    version,
    customers: rows.map(({ id }) => id),
    labels: Uint8Array.from(rows, ({ truth }) => (random() < logistic(truth) ? 1 : 0)),
    recency: Float64Array.from(rows, ({ truth }) => recency(truth)),
    champion: Float64Array.from(rows, ({ truth, error }) => logistic(truth + error)),
    challenger: Float64Array.from(rows, ({ truth, other }) => logistic(truth + off * other)),
  };
}

describe('A challenger of another kind', () => {
  it('takes the place of a champion who is surely worse', () => {
    const { promote, verdicts } = compareKinds([challenge({ off: 0.1 })], 1);
    expect(promote).toBe('tree-1');
    expect(verdicts[0]?.bound).toBeGreaterThan(0);
    expect(verdicts[0]?.reason).toMatch(
      /^its log loss is 0\.\d+ lower on 2400 rows of 800 customers \(95 % sure of more than 0/,
    );
  });

  it('does not when it is only as good', () => {
    const { promote, verdicts } = compareKinds([challenge({ off: 1 })], 1);
    expect(promote).toBeUndefined();
    expect(verdicts[0]?.reason).toContain('not surely better');
    expect(verdicts[0]?.reason).toContain('the champion stays');
  });

  it('is not surer of itself for having scored the same customers many times', () => {
    const made = { off: 0.8, customers: 150 };
    const once = compareKinds([challenge({ ...made, snapshots: 1 })], 1).verdicts[0];
    const often = challenge({ ...made, snapshots: 1 });
    const rows = Array.from({ length: 150 * 20 }, (_, row) => row % 150);
    const repeated = compareKinds(
      [
        {
          ...often,
          customers: rows.map((row) => often.customers[row] ?? ''),
          labels: Uint8Array.from(rows, (row) => often.labels[row] ?? 0),
          recency: Float64Array.from(rows, (row) => often.recency[row] ?? 0),
          champion: Float64Array.from(rows, (row) => often.champion[row] ?? 0),
          challenger: Float64Array.from(rows, (row) => often.challenger[row] ?? 0),
        },
      ],
      1,
    ).verdicts[0];
    expect(repeated?.bound).toBeCloseTo(once?.bound ?? 0, 10);
  });

  it('needs to rank active customers no worse, whatever its log loss', () => {
    const good = challenge({ off: 0.1, recency: (truth) => (truth > 0 ? 10 : 300) });
    // Right on the whole, but the active ones upside down.
    const active = [...good.recency.keys()].filter((row) => (good.recency[row] ?? 0) < 180);
    const challenger = Float64Array.from(good.challenger);
    for (const row of active) challenger[row] = 0.95 - 0.3 * (good.challenger[row] ?? 0);
    const { promote, verdicts } = compareKinds([{ ...good, challenger }], 1);
    expect(promote).toBeUndefined();
    expect(verdicts[0]?.pValue).toBeLessThan(0.05);
    expect(verdicts[0]?.reason).toContain('among customers active in 180 days its AUC is');
  });

  it('is not promoted on no rows at all', () => {
    const none = challenge({ off: 0, customers: 0 });
    expect(compareKinds([none], 1).verdicts[0]?.reason).toBe(
      'no row that both models scored live has matured yet; the champion stays',
    );
  });

  it('wins over another that gains less', () => {
    const challenges = [challenge({ off: 0.4, version: 'good' }), challenge({ off: 0.05, version: 'best' })];
    expect(compareKinds(challenges, 1).promote).toBe('best');
  });

  it('gets the same verdict for the same seed', () => {
    expect(compareKinds([challenge({ off: 0.6 })], 9)).toEqual(compareKinds([challenge({ off: 0.6 })], 9));
  });
});

describe('A refit of the same kind', () => {
  const backtest = { auc: 0.84, aucActive180: 0.73, logLoss: 0.3, recencyAuc: 0.83 };

  it('goes live on its backtest', () => {
    expect(judgeRefit(backtest)).toEqual({
      live: true,
      reason: 'a refit of the same kind, with an AUC of 0.8400 in its backtest against 0.8300 of recency alone',
    });
  });

  it('does not where recency alone is better, or nothing ranks', () => {
    expect(judgeRefit({ ...backtest, recencyAuc: 0.85 }).live).toBe(false);
    expect(judgeRefit({ ...backtest, auc: 0.499, recencyAuc: 0.48 }).reason).toContain('do not predict churn');
    expect(judgeRefit({ ...backtest, auc: Number.NaN }).live).toBe(false);
  });
});

describe('Holm', () => {
  it('adjusts p-values as in the textbook', () => {
    const adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005]);
    expect(adjusted.map((p) => p.toFixed(2))).toEqual(['0.03', '0.06', '0.06', '0.02']);
  });

  it('never makes one smaller, and keeps their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 }), (pValues) => {
        const adjusted = holmAdjusted(pValues);
        for (const [i, p] of pValues.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(1);
          for (const [j, other] of pValues.entries())
            if (p < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] ?? 1);
        }
      }),
    );
  });
});
