/**
 * p-values for several tests at once, so that the chance of any false discovery is at most what each of them says (Holm 1979).
 * @returns in the order given
 */
export function holmAdjusted(pValues: readonly number[]): readonly number[] {
  const order = [...pValues.keys()].sort((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
  const adjusted = new Array<number>(pValues.length).fill(1);
  let least = 0;
  for (const [rank, index] of order.entries()) {
    least = Math.max(least, Math.min(1, (pValues.length - rank) * (pValues[index] ?? 1)));
    adjusted[index] = least;
  }
  return adjusted;
}
