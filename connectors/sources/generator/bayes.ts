import { rateMultipliers } from './catalogue.ts';
import { dropoutAfter, model } from './customer.ts';
import type { Season } from './season.ts';

/** A purchase as the score sees it. */
export interface ObservedPurchase {
  /** Day of the shop. */
  readonly day: number;
  readonly returned: boolean;
}

/**
 * The exact probability that a customer of the shop preset buys nothing in (day, day + horizon], given everything that
 * was seen up to and including `day`: no score of purchases can be better (CHURN.md, "The exact Bayes score").
 * @param purchases one or more, in order, none after `day`; purchases of one day are counted apart
 * @param favourite index of the customer's largest category share
 */
export function bayesChurn(
  purchases: readonly ObservedPurchase[],
  favourite: number,
  season: Season,
  day: number,
  horizon = 90,
): number {
  const last = purchases.at(-1);
  const first = purchases[0];
  if (first === undefined || last === undefined)
    throw new RangeError('a customer is known by a first purchase: give at least one');
  const begin = season.weeks(first.day);
  const seen = season.weeks(day + 1) - begin;
  const ahead = season.weeks(day + 1 + horizon) - season.weeks(day + 1);
  const repeats = purchases.length - 1;
  const { shape } = model.purchaseRate;
  const rate = model.purchaseRate.rate / (rateMultipliers[favourite] ?? 1);
  const returned = purchases.filter((purchase) => purchase.returned).length - (last.returned ? 1 : 0);
  const { stayed, left } = dropoutTerms(repeats - returned, returned, last.returned);
  const upToLast = rate + season.weeks(last.day) - begin;
  const silent = (time: number) => stayed * Math.exp(-(shape + repeats) * Math.log((rate + time) / upToLast));
  return (left + silent(seen + ahead)) / (left + silent(seen));
}

/** E[S·(1 − m)] and E[S·m] over p: survived the purchases before the last, and then stayed or left. */
function dropoutTerms(kept: number, returned: number, lastReturned: boolean): { stayed: number; left: number } {
  let stayed = 0;
  let left = 0;
  for (const { weight, dropout, logKept, logReturned, afterReturn } of nodes) {
    const survived = weight * Math.exp(kept * logKept + returned * logReturned);
    const leaves = lastReturned ? afterReturn : dropout;
    stayed += survived * (1 - leaves);
    left += survived * leaves;
  }
  return { stayed, left };
}

interface Node {
  readonly weight: number;
  readonly dropout: number;
  readonly afterReturn: number;
  readonly logKept: number;
  readonly logReturned: number;
}

const NODES = 400;
const nodes = quadrature();

/**
 * The expectation over p ~ Beta(a, b) as a weighted sum: midpoints in v with p = v^(2/a), which takes away the density's
 * pole at 0 and puts most nodes where long histories have their weight. The weights are scaled to add up to 1.
 */
function quadrature(): readonly Node[] {
  const { a, b } = model.dropout;
  const points = Array.from({ length: NODES }, (_, index) => (index + 0.5) / NODES).map((v) => {
    const dropout = v ** (2 / a);
    return { dropout, weight: v * (1 - dropout) ** (b - 1) };
  });
  const sum = points.reduce((total, { weight }) => total + weight, 0);
  return points.map(({ dropout, weight }) => {
    const afterReturn = dropoutAfter(dropout, true);
    return {
      weight: weight / sum,
      dropout,
      afterReturn,
      logKept: Math.log1p(-dropout),
      logReturned: Math.log1p(-afterReturn),
    };
  });
}
