/** Churn models on CDNOW's 117,850 examples: what training takes, and what a score and its reasons take. */
import { cdnowExamples, cdnowHistories, cdnowMissing, cdnowSplit } from '../src/churn/cdnow.testing.ts';
import { explainerOf } from '../src/churn/contributions.ts';
import type { Engine, Examples, Fitted, ModelKind, Parameters } from '../src/churn/model.ts';
import { reasonsOf } from '../src/churn/reasons.ts';
import { scaled } from '../src/churn/scaler.ts';
import { scoreRows, scorerOf } from '../src/churn/scorer.ts';
import { trainFast } from '../src/churn/train/fast.ts';
import { trainMljs } from '../src/churn/train/mljs.ts';
import type { Trainer } from '../src/churn/train/trainer.ts';
import { measure } from './measure.ts';
import { printTable, type Row } from './table.ts';

const kinds: readonly ModelKind[] = ['logistic_regression', 'linear_svc', 'decision_tree', 'random_forest'];
const engines: readonly (readonly [Engine, Trainer])[] = [
  ['fast', trainFast],
  ['mljs', trainMljs],
];
const rounds = 5;

async function benchChurn(): Promise<void> {
  if (cdnowMissing) {
    process.stdout.write('\nchurn: skipped, there is no cdnow_master.txt (EBB_DATASETS names its folder)\n');
    return;
  }
  const examples = cdnowExamples(cdnowHistories(), cdnowSplit.train);
  const models: Fitted[] = [];
  for (const [engine, train] of engines) models.push(...(await benchTraining(engine, train, examples)));
  await benchScoring(models, examples);
}

/** One round, from cold: as training happens. */
async function benchTraining(engine: Engine, train: Trainer, examples: Examples): Promise<readonly Fitted[]> {
  const models: Fitted[] = [];
  const rows: Row[] = [];
  for (const kind of kinds) {
    const measured = await measure(() => () => {
      models.push(train(kind, examples, { seed: 1 }));
      return examples.labels.length;
    });
    rows.push({ what: kind, measured, beside: `${measured.seconds.toFixed(2)} s` });
  }
  const seconds = rows.reduce((sum, { measured }) => sum + (measured?.seconds ?? 0), 0);
  printTable(
    `churn training, ${engine}`,
    rows,
    `records: examples of 16 features; ${seconds.toFixed(1)} s for all four, on one thread`,
  );
  return models;
}

async function benchScoring(models: readonly Fitted[], { features, columns, labels }: Examples): Promise<void> {
  const width = columns.length;
  const rows: Row[] = [];
  for (const model of models) {
    const { score } = scorerOf(model);
    const plain = plainScore(model.parameters);
    const explainer = explainerOf(model);
    const ceiling = await measure(() => () => scoreRows(plain, features, width).length, rounds);
    const measured = await measure(() => () => scoreRows(score, features, width).length, rounds);
    const explained = await measure(
      () => () => {
        for (let offset = 0; offset < features.length; offset += width) reasonsOf(explainer, columns, features, offset);
        return labels.length;
      },
      rounds,
    );
    const name = `${model.kind}, ${model.engine}`;
    rows.push({ what: `score ${name}`, measured, ceiling }, { what: `reasons ${name}`, measured: explained, ceiling });
  }
  printTable('churn', rows, 'plain: the score computed from the parameters as the log holds them', 'of plain');
}

function plainScore(parameters: Parameters): (features: Float64Array, offset: number) => number {
  if (parameters.form === 'linear') {
    const { scaler, weights, intercept } = parameters;
    return (features, offset) =>
      scaler.reduce(
        (sum, scale, column) => sum + (weights[column] ?? 0) * scaled(scale, features[offset + column] ?? 0),
        intercept,
      );
  }
  const { roots, feature, threshold, left, right, value } = parameters;
  return (features, offset) => {
    let sum = 0;
    for (const root of roots) {
      let node = root;
      for (let column = feature[node] ?? -1; column >= 0; column = feature[node] ?? -1) {
        node = ((features[offset + column] ?? 0) <= (threshold[node] ?? 0) ? left : right)[node] ?? 0;
      }
      sum += value[node] ?? 0;
    }
    return sum / roots.length;
  };
}

await benchChurn();
