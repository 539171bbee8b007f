import type { ShopCurrency } from '../../connectors/sinks/money.ts';
import { syntheticCurrency } from '../../datasets/synthetic.ts';
import { physicalName } from '../engine/topic.ts';
import { descriptorsOf } from './descriptors.ts';
import type { Workplace } from './workplace.ts';

/**
 * The currency of a shop's datasets, when they have one in common. It is on the log before the first result is, and found
 * once: a dataset with another currency that comes later makes sums of two currencies, whatever files call them.
 */
export function shopCurrency({ log, registry }: Pick<Workplace, 'log' | 'registry'>, shop: string): ShopCurrency {
  let known: string | undefined;
  return async () => {
    if (known !== undefined) return known;
    const codes = new Set((await descriptorsOf(log, registry, shop)).map(({ currency }) => currency.code));
    const generated = physicalName(shop, 'synthetic.');
    if ((await log.topics()).some(({ name }) => name.startsWith(generated))) codes.add(syntheticCurrency);
    [known] = codes.size === 1 ? codes : [];
    return known;
  };
}
