/** Money in units of one currency. */
export interface OfferTerms {
  /** C: what a redeemed offer costs. */
  readonly cost: number;
  /** S, from 0 to 1: the share of customers who would have churned and stay because of the offer. Assumed until it is measured. */
  readonly saveRate: number;
}

/** Of a customer. */
export interface Prospect {
  /** p: that they buy nothing in the horizon. */
  readonly probability: number;
  /** V: what is earned from them in the horizon if they buy. */
  readonly value: number;
}

/**
 * What an offer is expected to earn: p·S·V − C·(1 − p·(1 − S)). The saved bring V; it is redeemed, and so costs C, by them and by
 * those who would have stayed anyway.
 */
export function expectedGain({ probability, value }: Prospect, terms: OfferTerms): number {
  return probability * terms.saveRate * value - expectedCost({ probability, value }, terms);
}

/** C·(1 − p·(1 − S)): of those who are not saved nobody redeems. */
export function expectedCost({ probability }: Prospect, { cost, saveRate }: OfferTerms): number {
  return cost * (1 - probability * (1 - saveRate));
}

/**
 * The save rate at which offers to all of these earn nothing and lose nothing: Σ C·(1 − p) / Σ p·(V − C). Above 1: no save rate is
 * high enough. Infinity where offers cost more than the customers are worth; NaN for nobody.
 */
export function breakEvenSaveRate(prospects: readonly Prospect[], cost: number): number {
  if (prospects.length === 0) return Number.NaN;
  const wasted = prospects.reduce((sum, { probability }) => sum + cost * (1 - probability), 0);
  const toSave = prospects.reduce((sum, { probability, value }) => sum + probability * (value - cost), 0);
  return toSave > 0 ? wasted / toSave : Number.POSITIVE_INFINITY;
}
