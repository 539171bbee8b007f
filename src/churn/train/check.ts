import type { Examples } from '../model.ts';
import { TrainingError } from './trainer.ts';

/** Refuses what no model can be fitted to. Trainers call it first. @throws {TrainingError} */
export function checkExamples({ columns, features, labels, weights }: Examples): void {
  const rows = labels.length;
  const width = columns.length;
  if (rows === 0 || width === 0) {
    throw new TrainingError(
      'NO_EXAMPLES',
      `there are ${rows} examples with ${width} columns: nothing to learn from. Labels need purchases and a whole horizon after a snapshot`,
    );
  }
  if (features.length !== rows * width || (weights !== undefined && weights.length !== rows)) {
    throw new TrainingError(
      'BAD_EXAMPLES',
      `${rows} labels and ${width} columns need ${rows * width} features and ${rows} weights, and there are ${features.length} and ${weights?.length ?? rows}`,
    );
  }
  for (let at = 0; at < features.length; at++) {
    if (!Number.isFinite(features[at])) {
      throw badValue(`${columns[at % width]}`, Math.floor(at / width), features[at], 'a finite number');
    }
  }
  for (let row = 0; row < rows; row++) {
    const weight = weights?.[row] ?? 1;
    if (!(weight > 0 && Number.isFinite(weight))) throw badValue('the weight', row, weight, 'a positive number');
  }
  checkLabels(labels);
}

function checkLabels(labels: Uint8Array): void {
  let churned = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] ?? 0;
    if (label > 1) throw badValue('the label', row, label, '0 or 1');
    churned += label;
  }
  if (churned === 0 || churned === labels.length) {
    throw new TrainingError(
      'ONE_CLASS',
      `all ${labels.length} examples ${churned === 0 ? 'stayed' : 'churned'}: a model needs both. Choose another horizon or other snapshots`,
    );
  }
}

function badValue(what: string, row: number, value: number | undefined, wanted: string): TrainingError {
  return new TrainingError(
    'BAD_EXAMPLES',
    `${what} of example ${row} is ${value}, not ${wanted}. Nothing is trained; leave the example out or mend what computed it`,
  );
}
