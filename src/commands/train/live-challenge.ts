import { DAY } from '../../../datasets/civil.ts';
import type { ChurnOutcome } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { type Challenge, compareKinds, type Verdict } from '../../churn/compare.ts';
import type { ModelKind } from '../../churn/model.ts';
import { everyValue } from '../read-values.ts';
import type { Workplace } from '../workplace.ts';

const SEED = 1;

/**
 * Whether models of a kind were better than those of the champion's at what both scored live, whatever their versions at the time:
 * over the outcomes that became known within a horizon of the newest. @throws LogError, AvroError
 */
export async function liveVerdict(
  place: Workplace,
  shop: string,
  champion: ModelKind,
  challenger: ModelKind,
): Promise<Verdict> {
  const outcomes = await newestOutcomes(place, shop, [champion, challenger]);
  const { verdicts } = compareKinds([challengeOf(outcomes, champion, challenger)], SEED);
  const [verdict] = verdicts;
  if (verdict === undefined) throw new RangeError('a comparison gave no verdict');
  return verdict;
}

async function newestOutcomes(
  place: Workplace,
  shop: string,
  kinds: readonly string[],
): Promise<readonly ChurnOutcome[]> {
  let found: ChurnOutcome[] = [];
  let newest = Number.NEGATIVE_INFINITY;
  for await (const outcome of everyValue(place, shop, topics.churnOutcomes)) {
    if (!kinds.includes(outcome.model)) continue;
    const since = outcome.horizonDays * DAY;
    if (outcome.time <= newest - since) continue;
    found.push(outcome);
    if (outcome.time <= newest + DAY) continue;
    newest = outcome.time;
    found = found.filter(({ time }) => time > newest - since);
  }
  return found;
}

/** The rows of which there is a score of either kind, in an order that does not depend on that of the log. */
export function challengeOf(outcomes: readonly ChurnOutcome[], champion: ModelKind, challenger: ModelKind): Challenge {
  const of = (kind: ModelKind) =>
    new Map(outcomes.filter(({ model }) => model === kind).map((one) => [rowOf(one), one]));
  const theirs = of(challenger);
  const pairs = [...of(champion)].flatMap(([row, ours]) => {
    const other = theirs.get(row);
    return other === undefined ? [] : [{ row, ours, other }];
  });
  pairs.sort((a, b) => (a.row < b.row ? -1 : 1));
  return {
    version: challenger,
    customers: pairs.map(({ ours }) => ours.customerId),
    labels: Uint8Array.from(pairs, ({ ours }) => ours.label),
    recency: Float64Array.from(pairs, ({ ours }) => ours.recency),
    champion: Float64Array.from(pairs, ({ ours }) => ours.probability),
    challenger: Float64Array.from(pairs, ({ other }) => other.probability),
  };
}

function rowOf({ customerId, asOf, trigger }: ChurnOutcome): string {
  return JSON.stringify([customerId, asOf, trigger]);
}
