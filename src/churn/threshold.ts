import { ascending, type Scored } from './metrics.ts';

/** What comes of calling everybody churned whose score is at or above a threshold. NaN where nothing is divided by nothing. */
export interface Decisions {
  readonly accuracy: number;
  /** Share of those called churned that did. */
  readonly precision: number;
  /** Share of those who churned that were called so. */
  readonly recall: number;
  /** Harmonic mean of both. */
  readonly f1: number;
}

export function decisionsAt({ scores, labels, weights }: Scored, threshold: number): Decisions {
  let hits = 0;
  let called = 0;
  let churned = 0;
  let total = 0;
  for (let row = 0; row < scores.length; row++) {
    const weight = weights?.[row] ?? 1;
    const isCalled = (scores[row] ?? 0) >= threshold;
    const isChurned = labels[row] === 1;
    total += weight;
    if (isCalled) called += weight;
    if (isChurned) churned += weight;
    if (isCalled && isChurned) hits += weight;
  }
  return decisionsOf(hits, called, churned, total);
}

function decisionsOf(hits: number, called: number, churned: number, total: number): Decisions {
  return {
    accuracy: (total - called - churned + 2 * hits) / total,
    precision: hits / called,
    recall: hits / churned,
    f1: (2 * hits) / (called + churned),
  };
}

/**
 * The score from which on F1 is greatest; of several such scores the highest, so that fewer customers are called churned.
 * Choose it on the calibration rows: chosen on those of the test it would flatter what is tested. NaN without rows.
 */
export function bestThreshold({ scores, labels, weights }: Scored): number {
  const order = ascending(scores);
  const churned = labels.reduce((sum, label, row) => sum + label * (weights?.[row] ?? 1), 0);
  let best = Number.NaN;
  let bestF1 = Number.NEGATIVE_INFINITY;
  let hits = 0;
  let called = 0;
  for (let at = order.length - 1; at >= 0; at--) {
    const row = order[at] ?? 0;
    const weight = weights?.[row] ?? 1;
    called += weight;
    hits += labels[row] === 1 ? weight : 0;
    const isLastOfTies = at === 0 || scores[order[at - 1] ?? 0] !== scores[row];
    const { f1 } = decisionsOf(hits, called, churned, called);
    if (isLastOfTies && f1 > bestF1) {
      bestF1 = f1;
      best = scores[row] ?? Number.NaN;
    }
  }
  return best;
}
