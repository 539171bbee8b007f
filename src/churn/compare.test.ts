import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betterKinds, type Challenge, compareKinds, judgeRefit, type Verdict } from './compare.ts';
import { holmAdjusted } from './holm.ts';
import type { ModelKind } from './model.ts';
import { logistic } from './probability.ts';
import { seededRandom } from './random.ts';

interface Made {
  /** How far the challenger's log-odds are from the truth; the champion's are 1 off. */
  readonly off: number;
  readonly kind?: ModelKind;
  readonly customers?: number;
  /** Snapshots of each customer. */
  readonly snapshots?: number;
  readonly recency?: (score: number) => number;
  readonly monthEnds?: number;
}

/** Customers with a churn probability of their own, which models know but for an error that differs from customer to customer. */
function challenge({
  off,
  kind = 'decision_tree',
  customers = 800,
  snapshots = 3,
  recency = () => 10,
  monthEnds = 1,
}: Made): Challenge {
  const random = seededRandom(17);
  const people = Array.from({ length: customers }, (_, id) => ({
    id: `c${id}`,
    truth: 4 * random() - 2,
    error: random() < 0.5 ? -1 : 1,
    other: random() < 0.5 ? -1 : 1,
  }));
  const rows = people.flatMap((person) => new Array<typeof person>(snapshots).fill(person));
  return {
    kind,
    customers: rows.map(({ id }) => id),
    labels: Uint8Array.from(rows, ({ truth }) => (random() < logistic(truth) ? 1 : 0)),
    recency: Float64Array.from(rows, ({ truth }) => recency(truth)),
    champion: Float64Array.from(rows, ({ truth, error }) => logistic(truth + error)),
    challenger: Float64Array.from(rows, ({ truth, other }) => logistic(truth + off * other)),
    monthEnds,
  };
}

function verdictOn(made: Challenge, seed = 1): Verdict {
  const [verdict] = compareKinds([made], seed);
  if (verdict === undefined) throw new Error('no verdict');
  return verdict;
}

describe('A challenger of another kind', () => {
  it('takes the place of a champion who is surely worse', () => {
    const { better, bound, reason } = verdictOn(challenge({ off: 0.1 }));
    expect(better).toBe(true);
    expect(bound).toBeGreaterThan(0);
    expect(reason).toMatch(/^its log loss is 0\.\d+ lower on 2400 rows of 800 customers \(95 % sure of more than 0/);
  });

  it('does not when it is only as good', () => {
    const { better, reason } = verdictOn(challenge({ off: 1 }));
    expect(better).toBe(false);
    expect(reason).toContain('not surely better');
  });

  it('is not surer of itself for having scored the same customers many times', () => {
    const once = challenge({ off: 0.8, customers: 250, snapshots: 1 });
    const rows = Array.from({ length: 250 * 20 }, (_, row) => row % 250);
    const often = {
      ...once,
      customers: rows.map((row) => once.customers[row] ?? ''),
      labels: Uint8Array.from(rows, (row) => once.labels[row] ?? 0),
      recency: Float64Array.from(rows, (row) => once.recency[row] ?? 0),
      champion: Float64Array.from(rows, (row) => once.champion[row] ?? 0),
      challenger: Float64Array.from(rows, (row) => once.challenger[row] ?? 0),
    };
    expect(verdictOn(often).bound).toBeCloseTo(verdictOn(once).bound, 10);
  });

  it('needs to rank active customers no worse, whatever its log loss', () => {
    const good = challenge({ off: 0.1, recency: (truth) => (truth > 0 ? 10 : 300) });
    // Right on the whole, but the active ones upside down.
    const active = [...good.recency.keys()].filter((row) => (good.recency[row] ?? 0) < 180);
    const challenger = Float64Array.from(good.challenger);
    for (const row of active) challenger[row] = 0.95 - 0.3 * (good.challenger[row] ?? 0);
    const { better, pValue, reason } = verdictOn({ ...good, challenger });
    expect(better).toBe(false);
    expect(pValue).toBeLessThan(0.05);
    expect(reason).toContain('but among customers active in 180 days its AUC is');
  });

  it.each([
    [{ customers: 0 }, 'no row that both models scored live has matured yet'],
    [{ customers: 99 }, 'both models scored live 99 customers of whom it is known, and fewer than 100 say too little'],
    [
      { monthEnds: 0 },
      'no end of a month at which both models scored live has matured yet, and the 2400 purchases that have are no sample of customers',
    ],
  ])('is not judged by %o', (made, reason) => {
    expect(verdictOn(challenge({ off: 0, ...made }))).toMatchObject({ better: false, pValue: 1, reason });
  });

  it('wins over another that gains less', () => {
    const verdicts = compareKinds([
      challenge({ off: 0.4, kind: 'linear_svc' }),
      challenge({ off: 0.05, kind: 'random_forest' }),
    ]);
    expect(betterKinds(verdicts)).toEqual(['random_forest', 'linear_svc']);
  });

  it('is as sure of itself as it would be alone only where it is alone', () => {
    const alone = challenge({ off: 0.93, kind: 'random_forest' });
    const among = compareKinds([alone, challenge({ off: 1 }), challenge({ off: 1.2, kind: 'linear_svc' })]);
    expect(among[0]?.bound).toBe(verdictOn(alone).bound);
    expect(among[0]?.pValue).toBeCloseTo(3 * verdictOn(alone).pValue, 12);
  });

  it('gets the same verdict for the same seed', () => {
    expect(verdictOn(challenge({ off: 0.6 }), 9)).toEqual(verdictOn(challenge({ off: 0.6 }), 9));
  });

  it('gets the same verdict in whatever order challengers come, and none is better without a bound above 0', () => {
    const kinds = ['decision_tree', 'random_forest', 'linear_svc'] as const;
    const offs = fc.tuple(...kinds.map(() => fc.constantFrom(0.1, 0.6, 0.9, 0.95, 1, 1.1)));
    fc.assert(
      fc.property(offs, fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (off, order) => {
        const made = kinds.map((kind, index) =>
          challenge({ off: off[index] ?? 0, kind, customers: 100, snapshots: 1 }),
        );
        const verdicts = compareKinds(made);
        const shuffled = compareKinds(order.flatMap((index) => made[index] ?? []));
        expect(shuffled).toEqual(order.map((index) => verdicts[index]));
        expect(betterKinds(shuffled)).toEqual(betterKinds(verdicts));
        for (const { better, bound, gain } of verdicts) if (better) expect(Math.min(bound, gain)).toBeGreaterThan(0);
      }),
      { numRuns: 8 },
    );
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
