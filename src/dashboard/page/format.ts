import type { ShopState } from '../shown.ts';

/** How a shop's numbers are written: money in its currency, times in its zone. */
export interface Format {
  /** Minor units. */
  money(minor: unknown): string;
  /** For axes: `€12k`. */
  shortMoney(minor: unknown): string;
  /** Minor units as units of the currency, for charts. */
  units(minor: unknown): number;
  count(value: unknown): string;
  decimal(value: unknown): string;
  percent(share: unknown): string;
  /** UTC epoch ms. */
  moment(time: unknown): string;
  day(time: unknown): string;
  hour(time: unknown): string;
}

const NONE = '–';

export function formatFor({ zone, currency, digits }: Pick<ShopState, 'zone' | 'currency' | 'digits'>): Format {
  const style =
    currency === null
      ? ({ minimumFractionDigits: digits, maximumFractionDigits: digits } as const)
      : ({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const);
  const money = new Intl.NumberFormat('en-GB', style);
  const whole = new Intl.NumberFormat('en-GB', { ...style, minimumFractionDigits: 0, maximumFractionDigits: 0 });
  const short = new Intl.NumberFormat('en-GB', {
    ...style,
    notation: 'compact',
    minimumFractionDigits: 0,
    maximumFractionDigits: 1,
  });
  const counts = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
  const decimals = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const percents = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 });
  const dates = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options });
    return (time: unknown) => (typeof time === 'number' ? format.format(time) : NONE);
  };
  const number =
    (format: Intl.NumberFormat, divisor = 1) =>
    (value: unknown) =>
      typeof value === 'number' ? format.format(value / divisor) : NONE;
  const unit = 10 ** digits;
  return {
    money: (minor) => number(Math.abs(Number(minor)) >= 1_000 * unit ? whole : money, unit)(minor),
    shortMoney: number(short, unit),
    units: (minor) => Number(minor ?? 0) / unit,
    count: number(counts),
    decimal: number(decimals),
    percent: number(percents),
    moment: dates({
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    }),
    day: dates({ day: 'numeric', month: 'short', year: 'numeric' }),
    hour: dates({ hour: '2-digit', minute: '2-digit' }),
  };
}

/** Whether a range's ends are of one local day. */
export function rangeText(format: Format, from: number, to: number): string {
  const [first, last] = [format.day(from), format.day(to - 1)];
  if (to - from > 26 * 3_600_000) return `${first} to ${last}`;
  return first === last
    ? `${first}, ${format.hour(from)} to ${format.hour(to)}`
    : `${first}, ${format.hour(from)} to ${last}, ${format.hour(to)}`;
}
