/** Customers of one group of a plan whose horizon has passed. */
export interface GroupOutcome {
  readonly customers: number;
  readonly churned: number;
}

export interface MeasuredSaveRate {
  /** Negative: more of those who got an offer have left. */
  readonly saveRate: number;
  /** 95 %. */
  readonly low: number;
  readonly high: number;
}

const SURE = 1.959964;

/**
 * What offers did, from a plan's holdout: a share S of those who would have churned was saved, so 1 − S is the ratio of the churn of both
 * groups, with the interval of a ratio of proportions on a log scale (Katz et al. 1978). NaN while a group has nobody who churned.
 */
export function measuredSaveRate(offered: GroupOutcome, holdout: GroupOutcome): MeasuredSaveRate {
  const ratio = offered.churned / offered.customers / (holdout.churned / holdout.customers);
  const unsure = (group: GroupOutcome) => 1 / group.churned - 1 / group.customers;
  const spread = Math.exp(SURE * Math.sqrt(unsure(offered) + unsure(holdout)));
  const known = offered.churned > 0 && holdout.churned > 0;
  if (!known) return { saveRate: Number.NaN, low: Number.NaN, high: Number.NaN };
  return { saveRate: 1 - ratio, low: 1 - ratio * spread, high: 1 - ratio / spread };
}
