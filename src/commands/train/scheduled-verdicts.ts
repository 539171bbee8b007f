import type { InForce } from '../../churn/appoint.ts';
import { compareKinds, type Verdict } from '../../churn/compare.ts';
import { HORIZON_DAYS } from '../../churn/examples.ts';
import type { ModelKind } from '../../churn/model.ts';
import type { LiveOutcomes, OutcomesAwaited } from './live-outcomes.ts';

export interface VerdictsAsked {
  /** The local day at whose end models are trained. */
  readonly day: number;
  /** UTC epoch ms. */
  endOf(day: number): number;
  readonly signal: AbortSignal;
  readonly onWaiting: (awaited: OutcomesAwaited) => void;
}

/**
 * Whether challengers were better live than the champion, as far as that is known a day before a training: by the outcomes of one
 * horizon. Trainings are further apart, so no outcome is looked at twice. Scores wait for this training at the end of its
 * day, so what was scored up to a day before is there whatever waits for whom.
 * @returns of all kinds that score beside the champion; none without a champion @throws the signal's reason, LogError, AvroError
 */
export async function scheduledVerdicts(
  outcomes: LiveOutcomes,
  { champion, challengers }: InForce,
  { day, endOf, ...rest }: VerdictsAsked,
): Promise<readonly Verdict[]> {
  if (champion === undefined) return [];
  const kinds = otherKinds(champion.kind, challengers);
  if (kinds.length === 0) return [];
  const until = endOf(day - 1);
  const rows = await outcomes.known({ ...rest, until, after: endOf(day - 1 - HORIZON_DAYS) });
  return compareKinds(rows.challenges(champion.kind, kinds, until));
}

/** The kinds of models, without one of them; in order. */
export function otherKinds(kind: ModelKind, models: readonly { readonly kind: ModelKind }[]): readonly ModelKind[] {
  return [...new Set(models.map((model) => model.kind))].filter((other) => other !== kind).sort();
}
