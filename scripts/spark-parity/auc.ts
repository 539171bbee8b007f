/** AUC of the same four kinds of model, trained by Spark and by us on the same days, on the same customers. */
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

export interface Verdict {
  readonly model: string;
  readonly ours: number;
  readonly theirs: number;
  /** Standard error of ours over customers drawn anew; of one day, each has one row. */
  readonly error: number;
  readonly within: boolean;
}

/** The last line that Spark's program prints: AUC by model. */
export function auc(output: string): ReadonlyMap<string, number> {
  const parsed = z.record(z.string(), z.number()).parse(JSON.parse(output.trim().split('\n').at(-1) ?? ''));
  return new Map(Object.entries(parsed));
}

const resultRow = z.object({ model: z.string(), auc: z.number(), auc_low: z.number(), auc_high: z.number() });

/** Half of a 95 % interval is 1.96 standard errors. */
const INTERVAL = 2 * 1.96;

export function verdictOf(theirs: ReadonlyMap<string, number>, tables: string, shop: string): readonly Verdict[] {
  using database = new DatabaseSync(tables, { readOnly: true });
  const results = database
    .prepare('select model, auc, auc_low, auc_high from model_results where shop = ? order by model')
    .all(shop)
    .map((row) => resultRow.parse(row));
  return [...theirs].map(([model, other]) => {
    const own = results.find((result) => result.model === model);
    if (own === undefined) throw new Error(`${model} was not trained: model_results of ${tables} has no such row`);
    const error = (own.auc_high - own.auc_low) / INTERVAL;
    return { model, ours: own.auc, theirs: other, error, within: Math.abs(own.auc - other) <= 2 * error };
  });
}
