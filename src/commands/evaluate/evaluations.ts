import type { ModelMetric } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { liveMetrics } from '../../churn/live-metrics.ts';
import { endsOf } from '../followed.ts';
import { lastValues } from '../read-values.ts';
import type { Workplace } from '../workplace.ts';
import { type CompleteMonth, OutcomesIndex } from './outcomes.ts';

/** What whoever commits is asked to do next. */
export type EvaluationStep =
  /** A month is over: to be written. */
  | { readonly kind: 'evaluated'; readonly metrics: readonly ModelMetric[] }
  /** All has been evaluated that these offsets of the topic of outcomes complete. */
  | { readonly kind: 'followed'; readonly topic: string; readonly next: readonly number[] };

export interface EvaluatedShop {
  readonly shop: string;
  /** Name on the log of the topic of outcomes, which is there. */
  readonly outcomes: string;
}

/** Of the bootstrap of each interval. */
const SAMPLES = 200;

/**
 * Follows a shop's outcomes from their start, and evaluates a month as soon as all of its outcomes are there. Each step has been
 * committed before the next one is asked for. @throws LogError, AvroError
 */
export async function* evaluations(
  place: Workplace,
  { shop, outcomes: topic }: EvaluatedShop,
  signal: AbortSignal,
): AsyncGenerator<EvaluationStep, void, undefined> {
  const index = await OutcomesIndex.open(place, topic);
  const known = new Map<string, ModelMetric>();
  const note = (metric: ModelMetric) => known.set(`${metric.version}/${metric.month}`, metric);
  for (const metric of (await lastValues(place, shop, topics.modelMetrics)).values()) note(metric);
  // What was there before has mostly been evaluated: who looks too early would do some of it again with a part of the outcomes.
  const before = await endsOf(place.log, topic);
  yield { kind: 'followed', topic, next: index.next };
  for await (const batch of place.log.read({ topic, from: 'start', signal })) {
    await index.take(batch);
    for (const month of index.hasRead(before) ? index.complete() : []) {
      if (isDone(month, known)) continue;
      const metrics = liveMetrics(await index.gather(month, signal), SAMPLES);
      yield { kind: 'evaluated', metrics };
      for (const metric of metrics) note(metric);
    }
    yield { kind: 'followed', topic, next: index.next };
  }
}

/** Whether what is known is of these customers, of whom so many left. */
function isDone({ month, counts }: CompleteMonth, known: ReadonlyMap<string, ModelMetric>): boolean {
  return [...counts].every(([version, { rows, churned }]) => {
    const metric = known.get(`${version}/${month}`);
    return metric?.testedRows === rows && metric.churned === churned / rows;
  });
}
