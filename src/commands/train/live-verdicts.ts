import { DAY } from '../../../datasets/civil.ts';
import { topics } from '../../../schemas/topics.ts';
import { compareKinds, type Verdict } from '../../churn/compare.ts';
import { HORIZON_DAYS } from '../../churn/examples.ts';
import { LiveRows } from '../../churn/live-rows.ts';
import type { ModelKind } from '../../churn/model.ts';
import { everyValue } from '../read-values.ts';
import type { Workplace } from '../workplace.ts';

const HORIZON = HORIZON_DAYS * DAY;

/**
 * Whether models of other kinds were better than those of the champion's at what both scored live, whatever their versions at the
 * time: over the outcomes that became known within a horizon of the newest. @throws LogError, AvroError
 */
export async function liveVerdicts(
  place: Workplace,
  shop: string,
  champion: ModelKind,
  challengers: readonly ModelKind[],
): Promise<readonly Verdict[]> {
  const rows = new LiveRows();
  let newest = Number.NEGATIVE_INFINITY;
  let forgotten = Number.NEGATIVE_INFINITY;
  for await (const outcome of everyValue(place, shop, topics.churnOutcomes)) {
    if (outcome.time <= newest - HORIZON) continue;
    rows.add(outcome);
    newest = Math.max(newest, outcome.time);
    // Now and then: all rows are looked at.
    if (newest - HORIZON <= forgotten + HORIZON) continue;
    forgotten = newest - HORIZON;
    rows.forget(forgotten);
  }
  rows.forget(newest - HORIZON);
  return compareKinds(rows.challenges(champion, challengers));
}
