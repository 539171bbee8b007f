import { minorDigits } from '../../../datasets/minor-digits.ts';
import type { ChurnScore } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import type { Candidate } from '../../churn/offer-plan.ts';
import { lastValues } from '../read-values.ts';
import { topicsOfShop } from '../shops.ts';
import type { Workplace } from '../workplace.ts';

/** Who may get an offer. */
export interface Candidates {
  /** ISO 4217; of all amounts. */
  readonly currency: string;
  /** Those with a purchase within 180 days and a score. */
  readonly candidates: readonly Candidate[];
  readonly scores: ReadonlyMap<string, ChurnScore>;
}

export class NoScoresError extends Error {
  override readonly name = 'NoScoresError';
}

export class SeveralCurrenciesError extends Error {
  override readonly name = 'SeveralCurrenciesError';
}

/**
 * The customers of a shop to whom an offer may be made, with what is earned from each in a horizon if they stay: margin × expected spend.
 * @param margin share of the spend @param currency leaves out who pays in others
 * @throws UnknownShopError, NoScoresError, SeveralCurrenciesError, LogError, AvroError
 */
export async function openCandidates(
  place: Workplace,
  shop: string,
  margin: number,
  currency: string | undefined,
): Promise<Candidates> {
  await topicsOfShop(place.log, shop);
  const scores = await lastValues(place, shop, topics.churnScores);
  const scored = [...scores.values()].filter(({ probability }) => probability !== null);
  if (scored.length === 0) throw noScores(shop, [...scores.values()]);
  const currencies = [...new Set(scored.map((score) => score.currency))].sort();
  const [first = ''] = currencies;
  if (currency === undefined && currencies.length > 1)
    throw new SeveralCurrenciesError(
      `customers of shop ${shop} pay in ${currencies.join(', ')}, and a plan is in one: give --currency ${first}`,
    );
  if (currency !== undefined && !currencies.includes(currency))
    throw new SeveralCurrenciesError(
      `no customer of shop ${shop} pays in ${currency}: they do in ${currencies.join(', ')}`,
    );
  const chosen = currency ?? first;
  const unit = 10 ** minorDigits(chosen);
  const candidates = scored
    .filter((score) => score.currency === chosen && score.active180)
    .map(({ customerId, probability, expectedSpend }) => ({
      customerId,
      probability: probability ?? 0,
      value: (margin * expectedSpend) / unit,
    }));
  return { currency: chosen, candidates, scores };
}

function noScores(shop: string, [unscored]: readonly ChurnScore[]): NoScoresError {
  const start = `no customer of shop ${shop} has a churn score`;
  return new NoScoresError(
    unscored === undefined
      ? `${start}: \`ebb run --shop ${shop}\` makes them of purchases`
      : `${start} (${unscored.reasons[0]?.text ?? 'no model is in force'}): \`ebb train --shop ${shop}\` trains models where there is history enough`,
  );
}
