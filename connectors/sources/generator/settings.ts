import type { SourcePosition } from '../../../schemas/generated.ts';
import { GeneratorError } from './error.ts';
import {
  parseShopPosition,
  parseTransactionsPosition,
  type ShopPosition,
  type TransactionsPosition,
} from './position.ts';
import { DAY, SECOND } from './time.ts';

/** What a generator's records depend on. What is left out is as the shop's first run had it, or the default. */
export interface Settings {
  /** A safe integer, 0 or more. Default 1. */
  readonly seed?: number | undefined;
  /** Preset `shop`: customers acquired in the first 730 days. Default 20,000. */
  readonly customers?: number | undefined;
  /** Event time of the beginning, UTC ms; preset `shop`: a midnight. Default: so that the history ends today. */
  readonly start?: number | undefined;
  /** Preset `transactions`: records per second of event time. Default 100. */
  readonly rate?: number | undefined;
}

const SEED = 1;
const CUSTOMERS = 20_000;
const RATE = 100;

/** Where preset `shop` goes on. @param history in days @throws GeneratorError INVALID_OPTION, SETTINGS_DIFFER */
export function resumeShop(
  shop: string,
  settings: Settings,
  history: number,
  now: number,
  kept: SourcePosition | undefined,
): ShopPosition {
  check(settings);
  if (kept !== undefined) {
    const position = parseShopPosition(kept.position);
    mustEqual(shop, 'seed', settings.seed, position.seed);
    mustEqual(shop, 'customers', settings.customers, position.customers);
    mustEqual(shop, 'start', settings.start, position.start, dateOf);
    return position;
  }
  if (settings.start !== undefined && settings.start % DAY !== 0) {
    throw new GeneratorError(
      'INVALID_OPTION',
      `--start ${dateOf(settings.start)} is not a midnight (UTC); give a date alone, such as 2024-01-01`,
    );
  }
  return {
    seed: settings.seed ?? SEED,
    customers: settings.customers ?? CUSTOMERS,
    start: settings.start ?? (Math.floor(now / DAY) - Math.ceil(history)) * DAY,
    day: 0,
    index: 0,
  };
}

/** Where preset `transactions` goes on; the rate may change from run to run. @throws as resumeShop */
export function resumeTransactions(
  shop: string,
  settings: Settings,
  history: number,
  now: number,
  kept: SourcePosition | undefined,
): TransactionsPosition {
  check(settings);
  if (kept !== undefined) {
    const position = parseTransactionsPosition(kept.position);
    mustEqual(shop, 'seed', settings.seed, position.seed);
    mustEqual(shop, 'start', settings.start, position.start, dateOf);
    const { index, since } = position;
    if (settings.rate === undefined || settings.rate === position.rate) return position;
    const time = since.time + Math.floor(((index - since.index) * SECOND) / position.rate);
    return { ...position, rate: settings.rate, since: { index, time } };
  }
  const start = settings.start ?? now - Math.floor(history * DAY);
  const rate = settings.rate ?? RATE;
  return { seed: settings.seed ?? SEED, start, index: 0, rate, since: { index: 0, time: start } };
}

function check({ seed, customers, start, rate }: Settings): void {
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new GeneratorError(
      'INVALID_OPTION',
      `--seed ${seed} is not a whole number from 0 to 2^53 - 1; give such a one`,
    );
  }
  if (customers !== undefined && !(Number.isInteger(customers) && customers >= 1 && customers <= 1e8)) {
    throw new GeneratorError(
      'INVALID_OPTION',
      `--customers ${customers} is not a whole number from 1 to 100 million; give such a one`,
    );
  }
  if (start !== undefined && !Number.isSafeInteger(start)) {
    throw new GeneratorError('INVALID_OPTION', '--start is not a date; give one such as 2024-01-01');
  }
  if (rate !== undefined && !(rate > 0 && Number.isFinite(rate))) {
    throw new GeneratorError(
      'INVALID_OPTION',
      `--rate ${rate} is not a number of records per second; give one above 0`,
    );
  }
}

function mustEqual(
  shop: string,
  name: string,
  wanted: number | undefined,
  kept: number,
  show: (value: number) => string = String,
): void {
  if (wanted === undefined || wanted === kept) return;
  throw new GeneratorError(
    'SETTINGS_DIFFER',
    `shop ${shop} was generated with --${name} ${show(kept)}, not ${show(wanted)}: leave --${name} out to go on with it, ` +
      'choose another --shop, or delete this one with `ebb reset`',
  );
}

function dateOf(time: number): string {
  return new Date(time).toISOString().replace('T00:00:00.000Z', '');
}
