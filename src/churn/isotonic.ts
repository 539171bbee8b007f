import { ascending, type Scored } from './metrics.ts';
import type { Calibration } from './model.ts';

/** Neighbouring scores that are given one probability. */
interface Block {
  weight: number;
  /** Weighted sums. */
  churned: number;
  scores: number;
}

/**
 * The rising function of the score that is closest to the labels, by the pool-adjacent-violators algorithm (Zadrozny, Elkan 2002), with
 * a knot in the middle of each pool: between knots it rises, so that it makes few ties (centred isotonic regression: Oron, Flournoy
 * 2017). Probabilities stay 1 / (n + 2) away from 0 and 1, n the weight of all rows, as no row is proof of never.
 */
export function fitIsotonic({ scores, labels, weights }: Scored): Calibration & { readonly kind: 'isotonic' } {
  const order = ascending(scores);
  const blocks: Block[] = [];
  let total = 0;
  for (let at = 0; at < order.length; ) {
    const score = scores[order[at] ?? 0] ?? 0;
    const block = { weight: 0, churned: 0, scores: 0 };
    for (; at < order.length && scores[order[at] ?? 0] === score; at++) {
      const row = order[at] ?? 0;
      const weight = weights?.[row] ?? 1;
      block.weight += weight;
      if (labels[row] === 1) block.churned += weight;
      block.scores += weight * score;
    }
    total += block.weight;
    pool(blocks, block);
  }
  const least = 1 / (total + 2);
  return {
    kind: 'isotonic',
    raw: blocks.map((block) => block.scores / block.weight),
    probability: blocks.map((block) => Math.min(Math.max(block.churned / block.weight, least), 1 - least)),
  };
}

/** Adds a block, and pools it with those before it that are not below it. */
function pool(blocks: Block[], block: Block): void {
  for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
    if (last.churned * block.weight < block.churned * last.weight) break;
    block.weight += last.weight;
    block.churned += last.churned;
    block.scores += last.scores;
    blocks.pop();
  }
  blocks.push(block);
}
