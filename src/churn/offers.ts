import type { BgNbd, PurchaseHistory } from './bg-nbd.ts';

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

/** p·V of a customer who bought within the last 180 days; 0 of others, who are lost already. @param recency days */
export function expectedLoss({ probability, value }: Prospect, recency: number): number {
  return recency < 180 ? probability * value : 0;
}

/**
 * Expected spend in the next weeks of a customer who buys at all in them: mean spend per occasion × occasions given at least one,
 * with the rate that BG/NBD learns from their history (λ ~ Gamma(r + x, α + T)): λ̄·h / (1 − P(none)).
 * Leaving for good between two purchases of the horizon is left out, so it is a little high.
 */
export function expectedSpendIfActive(
  { r, alpha }: BgNbd,
  { repeats, age }: PurchaseHistory,
  meanSpend: number,
  weeks: number,
): number {
  const shape = r + repeats;
  const rate = alpha + age;
  const none = (rate / (rate + weeks)) ** shape;
  return (meanSpend * (shape / rate) * weeks) / (1 - none);
}
