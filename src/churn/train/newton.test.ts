import { expect, it } from 'vitest';
import { column, madeUpExamples } from '../made-up.testing.ts';
import type { Examples, LinearParameters } from '../model.ts';
import { logistic } from '../probability.ts';
import { scaledFeatures } from '../scaler.ts';
import { trainLinearSvc } from './linear-svc.ts';
import { trainLogisticRegression } from './logistic-regression.ts';

const examples = madeUpExamples(2_000, 4);

/** Of the penalised loss, by each weight and the intercept: 0 at a minimum. */
function gradientOf(
  { scaler, weights, intercept }: LinearParameters,
  { features, labels }: Examples,
  slope: (margin: number, label: number) => number,
  ridge: number,
): readonly number[] {
  const rows = scaledFeatures(scaler, features);
  const width = scaler.length;
  const gradient = [...weights.map((weight) => ridge * weight), 0];
  for (const [row, label] of labels.entries()) {
    const seen = [...rows.subarray(row * width, (row + 1) * width), 1];
    const margin = seen.reduce((sum, value, at) => sum + value * (weights[at] ?? intercept), 0);
    for (const [at, value] of seen.entries()) gradient[at] = (gradient[at] ?? 0) + slope(margin, label) * value;
  }
  return gradient;
}

it('logistic regression ends where the penalised likelihood has its maximum', () => {
  const fitted = trainLogisticRegression(examples, { seed: 1, ridge: 2 });
  const gradient = gradientOf(fitted, examples, (margin, label) => logistic(margin) - label, 2);
  for (const part of gradient) expect(Math.abs(part)).toBeLessThan(1e-5);
});

it('the linear SVC ends where the penalised hinge loss has its minimum', () => {
  const fitted = trainLinearSvc(examples, { seed: 1, cost: 0.5 });
  const slope = (margin: number, label: number): number => {
    const side = label === 1 ? 1 : -1;
    return -2 * side * Math.max(0, 1 - side * margin);
  };
  for (const part of gradientOf(fitted, examples, slope, 2)) expect(Math.abs(part)).toBeLessThan(1e-5);
});

it('logistic regression finds the law that the examples were made by', () => {
  const { scaler, weights } = trainLogisticRegression(madeUpExamples(40_000, 2), { seed: 1 });
  const [recency = 0, trend = 0, noise = 0, constant] = weights.map(
    (weight, at) => weight / (scaler[at]?.deviation ?? 1),
  );
  expect(recency).toBeGreaterThan(1.4);
  expect(recency).toBeLessThan(1.6);
  expect(trend).toBeLessThan(-0.8);
  expect(Math.abs(noise)).toBeLessThan(0.05);
  expect(constant).toBe(0);
});

it('columns that go below zero keep their sign in logs, others do not', () => {
  const { scaler } = trainLogisticRegression(examples, { seed: 1 });
  expect(scaler.map(({ transform }) => transform)).toEqual(['log1p', 'signed_log1p', 'log1p', 'log1p']);
});

it('the ridge keeps the weight of separable examples finite', () => {
  const { weights } = trainLogisticRegression(column([1, 0], [2, 0], [30, 1], [40, 1]), { seed: 1, ridge: 1e-6 });
  expect(weights[0]).toBeGreaterThan(5);
  expect(weights[0]).toBeLessThan(50);
});
