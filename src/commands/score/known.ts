import type { ChurnOutcome, ChurnPrediction, ChurnScore, ClientProfile } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { objectionLines } from '../../churn/appoint.ts';
import { isTick } from '../../engine/tick.ts';
import { physicalName } from '../../engine/topic.ts';
import { valuesOfKey } from '../read-values.ts';
import { topicsOfShop } from '../shops.ts';
import { inForceAt, readModels } from '../train/models-topic.ts';
import type { Workplace } from '../workplace.ts';

/** Everything the log knows of a customer's churn. */
export interface Known {
  readonly shop: string;
  readonly customerId: string;
  /** Null: nobody has scored them. */
  readonly score: ChurnScore | null;
  /** Why there is no probability; null where there is one. */
  readonly unscored: string | null;
  readonly profile: ClientProfile | null;
  /** The newest day first; of a day the champion's first. */
  readonly predictions: readonly Predicted[];
}

export interface Predicted extends ChurnPrediction {
  /** 1: nothing was bought in the horizon. Null: that is not known yet. */
  readonly label: number | null;
}

export class UnknownCustomerError extends Error {
  override readonly name = 'UnknownCustomerError';
}

/** @throws UnknownShopError, UnknownCustomerError, LogError, AvroError */
export async function whatIsKnown(place: Workplace, shop: string, customerId: string): Promise<Known> {
  const names = await topicsOfShop(place.log, shop);
  const [scores, profiles, predictions, outcomes] = await Promise.all([
    valuesOfKey(place, shop, topics.churnScores, customerId),
    valuesOfKey(place, shop, topics.clientProfiles, customerId),
    valuesOfKey(place, shop, topics.predictions, customerId),
    valuesOfKey(place, shop, topics.churnOutcomes, customerId),
  ]);
  const score = scores.at(-1) ?? null;
  const profile = profiles.at(-1) ?? null;
  if (score === null && profile === null) throw await unknownCustomer(place, shop, customerId, names);
  return {
    ...{ shop, customerId, score, profile },
    unscored: score?.probability == null ? await whyUnscored(place, shop, score, profile) : null,
    predictions: withLabels(predictions, outcomes).sort(newestFirst),
  };
}

async function whyUnscored(
  place: Workplace,
  shop: string,
  score: ChurnScore | null,
  profile: ClientProfile | null,
): Promise<string> {
  if (score === null)
    return profile?.purchases === 0
      ? 'has bought nothing yet'
      : `topology churn-scores has not come to this customer yet: \`ebb run --shop ${shop}\``;
  const { champion, challengers } = inForceAt(await readModels(place, shop), Number.POSITIVE_INFINITY);
  if (champion === undefined && challengers.length > 0)
    return ['no model may score customers alone yet', ...objectionLines(challengers)].join('; ');
  const why = score.reasons[0]?.text ?? 'no model is in force';
  return `${why}; \`ebb train --shop ${shop}\` trains models where there is history enough`;
}

function withLabels(predictions: readonly ChurnPrediction[], outcomes: readonly ChurnOutcome[]): Predicted[] {
  const id = ({ asOf, trigger, version }: Pick<ChurnPrediction, 'asOf' | 'trigger' | 'version'>) =>
    `${asOf} ${trigger} ${version}`;
  const labels = new Map(outcomes.map((one) => [id(one), one.label]));
  return predictions.map((one) => ({ ...one, label: labels.get(id(one)) ?? null }));
}

function newestFirst(a: Predicted, b: Predicted): number {
  if (a.asOf !== b.asOf) return a.asOf < b.asOf ? 1 : -1;
  if (a.trigger !== b.trigger) return a.trigger === 'GRID' ? -1 : 1;
  return a.role === b.role ? (a.version < b.version ? -1 : 1) : a.role === 'CHAMPION' ? -1 : 1;
}

async function unknownCustomer(
  { log }: Workplace,
  shop: string,
  customerId: string,
  names: readonly string[],
): Promise<UnknownCustomerError> {
  const start = `shop ${shop} has no customer ${customerId}`;
  if (!names.includes(topics.clientProfiles.name))
    return new UnknownCustomerError(`${start}: nothing has been computed yet, \`ebb run --shop ${shop}\` does`);
  const ids = new Set<string>();
  const topic = physicalName(shop, topics.clientProfiles.name);
  for await (const { records } of log.read({ topic, from: 'start', to: 'end' })) {
    for (const record of records) if (record.key !== null && !isTick(record)) ids.add(String(record.key));
    if (ids.size >= 3) break;
  }
  const some = [...ids].slice(0, 3).join(', ');
  return new UnknownCustomerError(
    some === '' ? `${start}: it has none yet` : `${start}: its customers are such as ${some}`,
  );
}
