/** What a share of nobody counts as, so that a logarithm of it can be taken. */
const LEAST = 1e-4;

/**
 * Population stability index of a distribution against an earlier one, both as counts of the same bins: Σ (a − b)·ln(a / b) of their
 * shares. By rule of thumb below .1 is steady and above .25 has moved. Source: Siddiqi, Credit Risk Scorecards (2006), chapter 8.
 */
export function stabilityIndex(counts: readonly number[], before: readonly number[]): number {
  const [now, then] = [sharesOf(counts), sharesOf(before)];
  return now.reduce((sum, share, bin) => {
    const other = then[bin] ?? LEAST;
    return sum + (share - other) * Math.log(share / other);
  }, 0);
}

function sharesOf(counts: readonly number[]): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => Math.max(LEAST, total === 0 ? 0 : count / total));
}
