import { categories, rateMultipliers, tierOf } from './catalogue.ts';
import { beta, choose, dirichlet, gamma } from './distributions.ts';
import { type Random, uniform } from './random.ts';

/** What a simulated customer is like, for life. */
export interface Customer {
  readonly id: string;
  /** Purchases per operational week while the customer lives: λ times the favourite category's multiplier. */
  readonly rate: number;
  /** Probability of leaving for good after a purchase. */
  readonly dropout: number;
  /** Probability that a purchase comes back. */
  readonly returns: number;
  /** Shares of the six categories in what the customer looks at and buys. */
  readonly shares: readonly number[];
  /** Index of the largest share. */
  readonly favourite: number;
  /** Rate parameter of the customer's spends per purchase, per dollar. */
  readonly spendRate: number;
  /** The price tier around which the customer browses. */
  readonly tier: number;
  readonly gender: string;
  readonly age: number;
  readonly paymentMethod: string;
  readonly country: string;
}

/** The preset's parameters (CHURN.md), which the exact Bayes score knows too. */
export const model = {
  /** λ per operational week ~ Gamma(shape, rate). */
  purchaseRate: { shape: 0.55, rate: 2.6 },
  /** p ~ Beta(a, b). */
  dropout: { a: 0.7, b: 4 },
  /** A returned purchase's p is multiplied by `factor`, and is at most `cap`. */
  returned: { factor: 2.5, cap: 0.999 },
  returns: { a: 1, b: 9 },
  shares: 0.5,
  /** Gamma-gamma spend per purchase, in dollars: Gamma(p, ν), ν ~ Gamma(q, γ). */
  spend: { p: 6.25, q: 3.74, gamma: 15.44 },
} as const;

// Which category a customer likes says something of the gender, and the age of how the customer pays.
const womenByFavourite = [0.55, 0.85, 0.68, 0.58, 0.52, 0.3];
const paymentMethods = ['Credit Card', 'PayPal', 'Cash'] as const;
const paymentsUnder35 = [0.38, 0.52, 0.1];
const paymentsUnder55 = [0.55, 0.3, 0.15];
const paymentsFrom55 = [0.55, 0.11, 0.34];
const countries = ['United States', 'Canada', 'United Kingdom', 'Australia', 'Ireland'] as const;
const countryShares = [0.56, 0.15, 0.14, 0.1, 0.05];

/** Draws a customer from the customer's own stream. */
export function drawCustomer(random: Random, id: string): Customer {
  const lambda = gamma(random, model.purchaseRate.shape, model.purchaseRate.rate);
  const dropout = beta(random, model.dropout.a, model.dropout.b);
  const returns = beta(random, model.returns.a, model.returns.b);
  const shares = dirichlet(random, model.shares, categories.length);
  const favourite = shares.indexOf(Math.max(...shares));
  const spendRate = gamma(random, model.spend.q, model.spend.gamma);
  const age = 18 + Math.floor(53 * beta(random, 1.5, 2));
  const payments = age < 35 ? paymentsUnder35 : age < 55 ? paymentsUnder55 : paymentsFrom55;
  return {
    id,
    rate: lambda * (rateMultipliers[favourite] ?? 1),
    dropout,
    returns,
    shares,
    favourite,
    spendRate,
    tier: tierOf((100 * model.spend.p) / spendRate),
    gender: uniform(random) < (womenByFavourite[favourite] ?? 0.5) ? 'Female' : 'Male',
    age,
    paymentMethod: paymentMethods[choose(random, payments)] ?? 'Cash',
    country: countries[choose(random, countryShares)] ?? 'Ireland',
  };
}

/** Probability of leaving after a purchase, given whether it came back. */
export function dropoutAfter(dropout: number, returned: boolean): number {
  return returned ? Math.min(dropout * model.returned.factor, model.returned.cap) : dropout;
}
