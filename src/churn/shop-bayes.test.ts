import { beforeAll, describe, expect, it } from 'vitest';
import { bayesChurn } from '../../connectors/sources/generator/bayes.ts';
import { purchasesOf } from '../../connectors/sources/generator/life.ts';
import { seasonFrom } from '../../connectors/sources/generator/season.ts';
import { openShop } from '../../connectors/sources/generator/shop.ts';
import { intervalsByCustomer } from './bootstrap.ts';
import { FEATURES, featureNames, featuresAt, labelOf } from './features.ts';
import { addOccasion, type History, newHistory, PARTS } from './history.ts';
import { auc, aucOf } from './metrics.ts';
import type { Examples, ModelKind } from './model.ts';
import { scoreRows, scorerOf } from './scorer.ts';
import { trainFast } from './train/fast.ts';

const start = Date.UTC(2024, 0, 1);
const HORIZON = 90;
const TEST = 632;
const trainingDays = Array.from({ length: 10 }, (_, index) => 270 + 30 * index);
const kinds: readonly ModelKind[] = ['logistic_regression', 'linear_svc', 'decision_tree', 'random_forest'];
const options = { seed: 1, customers: 20_000, start };

/** By customer: what the simulated shop's customers bought. */
function shopHistories(): ReadonlyMap<string, History> {
  const histories = new Map<string, History>();
  const shop = openShop(options);
  while (shop.day <= TEST + HORIZON) {
    const { day } = shop;
    for (const { kind, customerId, amount, quantity } of shop.next()) {
      if (kind !== 'PURCHASE') continue;
      const history = histories.get(customerId) ?? newHistory();
      histories.set(customerId, history);
      addOccasion(history, day, (amount * PARTS) / 100, quantity);
    }
  }
  return histories;
}

interface ShopExamples extends Examples {
  readonly customers: readonly string[];
}

function examplesAt(histories: ReadonlyMap<string, History>, days: readonly number[]): ShopExamples {
  const rows = days.flatMap((day) => [...histories].map(([customer, history]) => ({ customer, history, day })));
  const known = rows.filter(({ history, day }) => (history.days[0] ?? Number.POSITIVE_INFINITY) <= day);
  const features = new Float64Array(known.length * FEATURES);
  for (const [row, { history, day }] of known.entries()) featuresAt(history, day, features, row * FEATURES);
  const labels = Uint8Array.from(known, ({ history, day }) => labelOf(history, day, HORIZON));
  return { columns: featureNames, features, labels, customers: known.map(({ customer }) => customer) };
}

describe('on the simulated shop, whose exact score is known', () => {
  const found = new Map<ModelKind, { auc: number; above: number; error: number }>();
  let best = 0;

  beforeAll(() => {
    const histories = shopHistories();
    const train = examplesAt(histories, trainingDays);
    const test = examplesAt(histories, [TEST]);
    const exact = exactScores(test.customers);
    best = auc({ scores: exact, labels: test.labels });
    const exactOf = aucOf({ scores: exact, labels: test.labels });
    for (const kind of kinds) {
      const scores = scoreRows(scorerOf(trainFast(kind, train, { seed: 1 })).raw, test.features, FEATURES);
      const of = aucOf({ scores, labels: test.labels });
      const difference = (weights?: Float64Array) => of(weights) - exactOf(weights);
      const [interval] = intervalsByCustomer(test.customers, [difference], { seed: 1, samples: 60 });
      found.set(kind, { auc: of(), above: difference(), error: interval?.standardError ?? 0 });
    }
  });

  it('the best model comes within .010 AUC of it', () => {
    expect(Math.max(...[...found.values()].map((one) => one.auc))).toBeGreaterThan(best - 0.01);
  });

  it('none is above it by more than two standard errors', () => {
    for (const { above, error } of found.values()) expect(above).toBeLessThan(2 * error);
  });
});

function exactScores(customers: readonly string[]): Float64Array {
  const season = seasonFrom(start);
  return Float64Array.from(customers, (id) => {
    const { customer, purchases } = purchasesOf(options, season, Number(id.slice(1)) - 1, TEST);
    return bayesChurn(purchases, customer.favourite, season, TEST, HORIZON);
  });
}
