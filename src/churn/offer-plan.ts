import { breakEvenSaveRate, expectedCost, expectedGain, type OfferTerms, type Prospect } from './offers.ts';
import { seededRandom } from './random.ts';

export interface Candidate extends Prospect {
  readonly customerId: string;
}

export interface PlannedCustomer extends Candidate {
  /** `holdout`: gets no offer, so that what offers do can be measured against them. */
  readonly group: 'offer' | 'holdout';
  /** Of an offer to this customer. */
  readonly gain: number;
  readonly cost: number;
  /** See `breakEvenSaveRate`. */
  readonly breakEven: number;
}

export interface PlanOptions extends OfferTerms {
  /** Most that offers may be expected to cost together. */
  readonly budget: number;
  /** Share of customers who get none, from 0 to 1. */
  readonly holdout: number;
  /** The same seed holds out the same customers, whoever else is a candidate. */
  readonly seed: number;
}

export interface OfferPlan {
  /** The best first. */
  readonly customers: readonly PlannedCustomer[];
  /** Of the offers. */
  readonly gain: number;
  readonly cost: number;
  readonly breakEven: number;
}

/**
 * Whom to make an offer: customers whose expected gain is positive, by gain per expected cost, which makes most of a budget, and by
 * id where that is equal; down to the first who does not fit into it. The gain takes the save rate for granted: that a customer is
 * likely to leave does not say that an offer keeps them (correlation, not uplift), hence the holdout, drawn over the same ranking.
 */
export function planOffers(candidates: readonly Candidate[], options: PlanOptions): OfferPlan {
  const ranked = candidates
    .map((candidate) => planned(candidate, options))
    .filter(({ gain }) => gain > 0)
    .sort(
      (one, other) => other.gain / other.cost - one.gain / one.cost || (one.customerId < other.customerId ? -1 : 1),
    );
  const customers: PlannedCustomer[] = [];
  let cost = 0;
  for (const customer of ranked) {
    const after = customer.group === 'offer' ? cost + customer.cost : cost;
    if (after > options.budget) break;
    cost = after;
    customers.push(customer);
  }
  const offered = customers.filter(({ group }) => group === 'offer');
  const gain = offered.reduce((sum, customer) => sum + customer.gain, 0);
  return { customers, gain, cost, breakEven: breakEvenSaveRate(offered, options.cost) };
}

function planned(candidate: Candidate, options: PlanOptions): PlannedCustomer {
  return {
    ...candidate,
    group: isHeldOut(candidate.customerId, options) ? 'holdout' : 'offer',
    gain: expectedGain(candidate, options),
    cost: expectedCost(candidate, options),
    breakEven: breakEvenSaveRate([candidate], options.cost),
  };
}

/** Depends on nothing but the customer's id and the seed: a later plan holds out the same ones. */
function isHeldOut(customerId: string, { seed, holdout }: PlanOptions): boolean {
  return seededRandom(hash(customerId) ^ Math.imul(seed, 0x9e3779b1))() < holdout;
}

/** FNV-1a over UTF-16 code units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value;
}
