/** Probabilities of 0 and 1 count as this far from them, as their log-odds are infinite. */
const SURE = 1e-6;

export function logOdds(probability: number): number {
  const clipped = Math.min(Math.max(probability, SURE), 1 - SURE);
  return Math.log(clipped / (1 - clipped));
}

export function logistic(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}
