import { minorDigits } from '../../../datasets/minor-digits.ts';
import { syntheticCurrency } from '../../../datasets/synthetic.ts';
import { physicalName } from '../../engine/topic.ts';
import { descriptorsOf } from '../descriptors.ts';
import type { Workplace } from '../workplace.ts';

/** What a shop's descriptors say of its data. */
export interface ShopFacts {
  /** IANA name. Of several the first. */
  readonly zone: string;
  /** ISO 4217; `null`: there are several. */
  readonly currency: string | null;
  readonly digits: number;
  /** Whether any of its times are more precise than days. */
  readonly hours: boolean;
}

/** @throws LogError, AvroError */
export async function shopFacts(
  { log, registry }: Pick<Workplace, 'log' | 'registry'>,
  shop: string,
): Promise<ShopFacts> {
  const descriptors = await descriptorsOf(log, registry, shop);
  const generated = physicalName(shop, 'synthetic.');
  const made = descriptors.length === 0 || (await log.topics()).some(({ name }) => name.startsWith(generated));
  const codes = new Set([...descriptors.map(({ currency }) => currency.code), ...(made ? [syntheticCurrency] : [])]);
  const [code = null] = codes.size === 1 ? codes : [];
  return {
    zone: descriptors[0]?.time.zone ?? 'UTC',
    currency: code,
    digits: code === null ? 2 : minorDigits(code),
    hours: made || descriptors.some(({ time }) => time.precision === 'instant'),
  };
}
