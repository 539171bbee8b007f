import { merge } from 'rxjs';
import type { ChurnExample, ChurnOutcome, ChurnPrediction } from '../schemas/generated.ts';
import { churnExampleSchema, churnPredictionSchema } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { topology } from '../src/engine/topology.ts';
import { HOUR } from './sales.ts';

/** What a customer was predicted, and examples of which predictions may still come. */
interface Pending {
  readonly predictions: ChurnPrediction[];
  readonly examples: ChurnExample[];
}

const schema = {
  type: 'record',
  name: 'Pending',
  fields: [
    { name: 'predictions', type: { type: 'array', items: churnPredictionSchema } },
    { name: 'examples', type: { type: 'array', items: churnExampleSchema } },
  ],
};

/**
 * Each prediction with what came of it, when the horizon has ended. An example waits until the watermark has come to its time:
 * by then all predictions of its day are there, however far churn-scores lags behind churn-features.
 */
export const churnOutcomes = topology({
  name: 'churn-outcomes',
  title: 'Predictions, and what came of them',
  from: { examples: topics.churnExamples, predictions: topics.predictions },
  to: { outcomes: topics.churnOutcomes },
  tickStep: HOUR,
  build: ({ examples, predictions }, keep) => ({
    outcomes: merge(examples, predictions).pipe(
      keep.stateful<ChurnExample | ChurnPrediction, Pending, ChurnOutcome>({
        name: 'pending',
        key: ({ value }) => value.customerId,
        schema,
        onMessage(known, { value }) {
          const state = known ?? { predictions: [], examples: [] };
          if ('label' in value) state.examples.push(value);
          else state.predictions.push(value);
          return { state, wakeAt: nextOf(state) };
        },
        onAlarm({ predictions, examples }, at) {
          const due = examples.filter(({ time }) => time <= at).sort(byDay);
          const emit = due.flatMap((example) =>
            predictions.filter((one) => isOf(example, one)).map((one) => outcomeOf(example, one)),
          );
          const done = due.at(-1)?.asOf ?? '';
          const state = {
            predictions: predictions.filter(({ asOf }) => asOf > done),
            examples: examples.filter(({ time }) => time > at),
          };
          const isEmpty = state.predictions.length + state.examples.length === 0;
          return isEmpty ? { state: undefined, emit } : { state, emit, wakeAt: nextOf(state) };
        },
      }),
    ),
  }),
});

function nextOf({ examples }: Pending): number | undefined {
  return examples.length === 0 ? undefined : Math.min(...examples.map(({ time }) => time));
}

function byDay(a: ChurnExample, b: ChurnExample): number {
  return a.asOf !== b.asOf ? (a.asOf < b.asOf ? -1 : 1) : a.trigger < b.trigger ? -1 : 1;
}

function isOf({ asOf, trigger, horizonDays }: ChurnExample, prediction: ChurnPrediction): boolean {
  return prediction.asOf === asOf && prediction.trigger === trigger && prediction.horizonDays === horizonDays;
}

function outcomeOf(example: ChurnExample, prediction: ChurnPrediction): ChurnOutcome {
  const { customerId, asOf, trigger, label, horizonDays, active180, recency, frequency, tenure, time } = example;
  const { model, version, role, probability } = prediction;
  return {
    ...{ customerId, asOf, month: asOf.slice(0, 7), trigger },
    ...{ model, version, role, probability, label, horizonDays },
    ...{ active180, recency, frequency, tenure, time },
  };
}
