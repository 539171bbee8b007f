import { minimise } from './nelder-mead.ts';

/** What BG/NBD sees of a customer. */
export interface PurchaseHistory {
  /** x: occasions after the first. */
  readonly repeats: number;
  /** t_x: weeks from the first occasion to the last; 0 without repeats. */
  readonly last: number;
  /** T: weeks from the first occasion to now. */
  readonly age: number;
}

/**
 * Purchases at a rate λ ~ Gamma(shape r, rate α per week), and after each purchase the customer leaves for good with
 * probability p ~ Beta(a, b) (Fader, Hardie, Lee 2005, "Counting Your Customers" the Easy Way, Marketing Science 24:2).
 */
export interface BgNbd {
  readonly r: number;
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

/** Parameters are kept within e^±12: histories without any repeat, say, would send them to infinity. */
const FARTHEST = 12;

/**
 * Maximum likelihood. @throws RangeError without histories
 */
export function fitBgNbd(histories: readonly PurchaseHistory[]): BgNbd {
  if (histories.length === 0) throw new RangeError('BG/NBD is fitted to histories, and there are none');
  const counted = countEqual(histories);
  const mostRepeats = histories.reduce((most, { repeats }) => Math.max(most, repeats), 0);
  const { at } = minimise(
    (logs) =>
      logs.some((log) => Math.abs(log) > FARTHEST)
        ? Number.POSITIVE_INFINITY
        : -logLikelihood(modelAt(logs), counted, mostRepeats) / histories.length,
    [0, 0, 0, 0],
  );
  return modelAt(at);
}

function modelAt([r = 0, alpha = 0, a = 0, b = 0]: readonly number[]): BgNbd {
  return { r: Math.exp(r), alpha: Math.exp(alpha), a: Math.exp(a), b: Math.exp(b) };
}

interface Counted extends PurchaseHistory {
  readonly count: number;
}

/** Most customers bought once, and many of them on the same day: their likelihood is worked out once. */
function countEqual(histories: readonly PurchaseHistory[]): readonly Counted[] {
  const groups = Map.groupBy(histories, ({ repeats, last, age }) => `${repeats},${last},${age}`);
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map((history) => ({ ...history, count: group.length })),
  );
}

/**
 * Equation 6 of the paper's log likelihood. Γ(r + x)/Γ(r) and the betas' quotient are rising factorials, so they are summed as
 * logarithms and no two large values of ln Γ are subtracted; the rest is scaled by (α + t_x)^(r + x) so that nothing underflows.
 */
function logLikelihood(model: BgNbd, histories: readonly Counted[], mostRepeats: number): number {
  const { r, alpha, a, b } = model;
  const factorials = new Float64Array(mostRepeats + 1);
  for (let x = 1; x <= mostRepeats; x++)
    factorials[x] = (factorials[x - 1] ?? 0) + Math.log(((r + x - 1) * (b + x - 1)) / (a + b + x - 1));
  const start = r * Math.log(alpha);
  let sum = 0;
  for (const { repeats, last, age, count } of histories) {
    const upToLast = Math.log(alpha + last);
    const silent = Math.exp((r + repeats) * (upToLast - Math.log(alpha + age)));
    const either = silent + (repeats > 0 ? a / (b + repeats - 1) : 0);
    sum += count * ((factorials[repeats] ?? 0) + start - (r + repeats) * upToLast + Math.log(either));
  }
  return sum;
}

/** The chance that the customer has not left for good. */
export function probabilityAlive({ r, alpha, a, b }: BgNbd, { repeats, last, age }: PurchaseHistory): number {
  if (repeats === 0) return 1;
  return 1 / (1 + (a / (b + repeats - 1)) * ((alpha + age) / (alpha + last)) ** (r + repeats));
}

/** The chance of no purchase in the next `weeks`: gone, or merely silent. */
export function probabilitySilent(model: BgNbd, history: PurchaseHistory, weeks: number): number {
  const { r, alpha } = model;
  const { repeats, age } = history;
  const silentIfAlive = ((alpha + age) / (alpha + age + weeks)) ** (r + repeats);
  return 1 - probabilityAlive(model, history) * (1 - silentIfAlive);
}
