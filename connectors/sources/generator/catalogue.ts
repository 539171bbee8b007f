/** What the shop preset sells: six categories, each a ladder of products from 2 to 600 dollars. */

/** In the order of their purchase rate multipliers, from what is bought often to what is bought seldom. */
export const categories = ['Grocery', 'Beauty', 'Clothing', 'Home', 'Books', 'Electronics'] as const;

/** What a customer's purchase rate is multiplied by, by the category that the customer likes best. */
export const rateMultipliers: readonly number[] = [0.5, 0.25, 0, -0.1, -0.3, -0.6].map(Math.exp);

/** Products per category. */
export const TIERS = 200;
const CHEAPEST = 200;
const SPAN = Math.log(300);

const prices = Array.from({ length: TIERS }, (_, tier) => Math.round(CHEAPEST * Math.exp((SPAN * tier) / (TIERS - 1))));
const names = categories.map((category) => prices.map((_, tier) => `${category}-${String(tier + 1).padStart(3, '0')}`));

/** The list price of a tier, in minor units. */
export function listPrice(tier: number): number {
  return prices[tier] ?? CHEAPEST;
}

/** The tier whose list price is nearest (in ratio) to a price in minor units. */
export function tierOf(price: number): number {
  return within(Math.round(((TIERS - 1) * Math.log(price / CHEAPEST)) / SPAN));
}

/** A tier brought back onto the ladder. */
export function within(tier: number): number {
  return Math.min(Math.max(tier, 0), TIERS - 1);
}

/** A product's name, such as `Books-017`. */
export function productName(category: number, tier: number): string {
  return names[category]?.[tier] ?? '';
}
