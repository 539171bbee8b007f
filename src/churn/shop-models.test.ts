import { describe, expect, it } from 'vitest';
import { bayesChurn } from '../../connectors/sources/generator/bayes.ts';
import { purchasesOf } from '../../connectors/sources/generator/life.ts';
import { seasonFrom } from '../../connectors/sources/generator/season.ts';
import { FEATURES, featureNames, featuresAt, labelOf } from './features.ts';
import { addOccasion, newHistory, PARTS } from './history.ts';
import { auc } from './metrics.ts';
import type { Examples, ModelKind } from './model.ts';
import { scoreRows, scorerOf } from './scorer.ts';
import { trainFast } from './train/fast.ts';

const start = Date.UTC(2024, 0, 1);
const season = seasonFrom(start);
const HORIZON = 90;
const SNAPSHOT = 632;
const trainingDays = [270, 300, 330, 360, 390, 420, 450, 480, 510, 540];

const customers = Array.from({ length: 20_000 }, (_, index) => {
  const options = { seed: 2, customers: 20_000, start };
  const { customer, purchases } = purchasesOf(options, season, index, SNAPSHOT + HORIZON);
  const history = newHistory();
  // What a customer pays says nothing of churn here: the mean will do.
  for (const { day } of purchases) addOccasion(history, day, Math.round((6.25 / customer.spendRate) * PARTS), 1);
  return { favourite: customer.favourite, purchases, history };
});

function examplesOf(days: readonly number[]): Examples {
  const known = days.flatMap((day) =>
    customers.filter(({ history }) => (history.days[0] ?? day + 1) <= day).map(({ history }) => ({ day, history })),
  );
  const features = new Float64Array(known.length * FEATURES);
  for (const [row, { day, history }] of known.entries()) featuresAt(history, day, features, row * FEATURES);
  const labels = Uint8Array.from(known, ({ day, history }) => labelOf(history, day, HORIZON));
  return { columns: featureNames, features, labels };
}

function bestScores(): Float64Array {
  const seen = customers
    .map(({ favourite, purchases }) => ({ favourite, purchases: purchases.filter(({ day }) => day <= SNAPSHOT) }))
    .filter(({ purchases }) => purchases.length > 0);
  return Float64Array.from(seen, ({ favourite, purchases }) =>
    bayesChurn(purchases, favourite, season, SNAPSHOT, HORIZON),
  );
}

describe('on simulated customers, of whom the best possible score is known', () => {
  const train = examplesOf(trainingDays);
  const test = examplesOf([SNAPSHOT]);
  const best = auc({ scores: bestScores(), labels: test.labels });
  const aucOfKind = (kind: ModelKind): number => {
    const { raw } = scorerOf(trainFast(kind, train, { seed: 1 }));
    return auc({ scores: scoreRows(raw, test.features, FEATURES), labels: test.labels });
  };

  it('a forest ranks as well within .010, and not better', () => {
    const reached = aucOfKind('random_forest');
    expect(reached).toBeGreaterThan(best - 0.01);
    expect(reached).toBeLessThan(best);
  });

  it.each(['logistic_regression', 'linear_svc', 'decision_tree'] as const)('%s within .013', (kind) => {
    const reached = aucOfKind(kind);
    expect(reached).toBeGreaterThan(best - 0.013);
    expect(reached).toBeLessThan(best);
  });
});
