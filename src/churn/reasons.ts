import { codeOf, type Explainer, type ReasonCode } from './contributions.ts';

export interface Reason {
  readonly code: ReasonCode;
  /** See `Contribution`. */
  readonly contribution: number;
  /** Facts about the customer, in English. What caused what is not known, and not said. */
  readonly text: string;
}

/** Families by how much they moved the score, up or down, the greatest first. @param columns the model's, in order */
export function reasonsOf(
  explainer: Explainer,
  columns: readonly string[],
  features: Float64Array,
  offset: number,
): readonly Reason[] {
  const facts: Facts = (column) => features[offset + columns.indexOf(column)];
  return explainer
    .contributionsOf(features, offset)
    .map(({ code, value }) => ({
      code,
      contribution: value,
      text: texts[code](facts) ?? columnsAsText(columns, code, facts),
    }))
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}

/** Value of a column; undefined where the model does not have it. */
type Facts = (column: string) => number | undefined;

/** Undefined where a column is missing. */
const texts: Readonly<Record<ReasonCode, (facts: Facts) => string | undefined>> = {
  SILENCE_AND_RHYTHM(facts) {
    const recency = facts('recency');
    const gap = facts('gap_mean');
    const frequency = facts('frequency');
    if (recency === undefined || gap === undefined || frequency === undefined) return undefined;
    const silence = recency === 0 ? 'bought today' : `silent ${counted(recency, 'day')}`;
    return frequency > 1 ? `${silence}; usual gap ${short(gap)}` : `${silence}; one purchase so far`;
  },
  VALUE_AND_FREQUENCY(facts) {
    const frequency = facts('frequency');
    const mean = facts('monetary_mean');
    return frequency === undefined || mean === undefined
      ? undefined
      : `${counted(frequency, 'purchase')}; ${short(mean)} on average`;
  },
  RECENT_ACTIVITY(facts) {
    const last = facts('count_90');
    const trend = facts('trend_90');
    return last === undefined || trend === undefined
      ? undefined
      : `${counted(last, 'purchase')} in the last 90 days, ${last - trend} in the 90 before`;
  },
  OTHER: () => undefined,
};

function columnsAsText(columns: readonly string[], code: ReasonCode, facts: Facts): string {
  const own = columns.filter((column) => codeOf(column) === code);
  return own.map((column) => `${column} ${short(facts(column) ?? 0)}`).join(', ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Whole from 100 on, three digits below. */
function short(value: number): string {
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
