import { dateText } from '../../datasets/civil.ts';
import { minorDigits } from '../../datasets/minor-digits.ts';
import type { ChurnScore, ScoreReason, ScoreTrigger } from '../../schemas/generated.ts';
import { bandOf } from './bands.ts';
import { HORIZON_DAYS } from './examples.ts';
import { FEATURES, featuresAt } from './features.ts';
import type { History } from './history.ts';
import type { Deployed } from './roster.ts';

/** A customer's newest score. */
export interface LastScore {
  /** Local day of the features, from 1970-01-01. */
  readonly day: number;
  readonly trigger: ScoreTrigger;
  /** UTC epoch ms. */
  readonly time: number;
  /** Null: no model was in force. */
  readonly version: string | null;
  readonly probability: number | null;
  /** Probability as of the day of the score before. */
  readonly previous: number | null;
}

export interface ScoredCustomer {
  readonly customerId: string;
  readonly history: History;
  readonly last: LastScore;
  /** The model that gave the score. */
  readonly by: Deployed | undefined;
  readonly currency: string;
  /** The newest purchase that is known, as a place in the topic of events. */
  readonly partition: number;
  readonly offset: number;
  /** Days until there can be a model; 0 or less: there could be one. */
  readonly wait: number;
}

const row = new Float64Array(FEATURES);

/** A customer's line in the topic of scores. */
export function scoreLine(customer: ScoredCustomer): ChurnScore {
  const { customerId, history, last, by, currency, partition, offset } = customer;
  const { day, trigger, time, version, probability, previous } = last;
  featuresAt(history, day, row, 0);
  const [recency = 0, frequency = 0, spend = 0, , tenure = 0] = row;
  const horizonDays = by?.model.horizonDays ?? null;
  const active180 = recency < 180;
  const periods = Math.max(tenure, horizonDays ?? HORIZON_DAYS) / (horizonDays ?? HORIZON_DAYS);
  const expectedSpend = (spend * 10 ** minorDigits(currency)) / periods;
  return {
    customerId,
    asOf: dateText(day),
    trigger,
    time,
    probability,
    band: bandOf(probability),
    model: by?.model.kind ?? null,
    version,
    horizonDays,
    reasons: by === undefined ? [noModel(customer.wait)] : [...by.reasons(row)],
    previous,
    trend: probability === null || previous === null ? null : probability - previous,
    recency,
    frequency,
    active180,
    expectedSpend,
    expectedLoss: probability === null || !active180 ? null : probability * expectedSpend,
    currency,
    partition,
    offset,
  };
}

function noModel(wait: number): ScoreReason {
  const text = wait > 0 ? `needs ${wait} more ${wait === 1 ? 'day' : 'days'} of history` : 'no model is in force';
  return { code: 'NO_MODEL', contribution: 0, text };
}
