/** ISO 4217: how many digits a currency's minor unit has. A table of our own, so that it is the same on every machine. */
const others: ReadonlyMap<string, number> = new Map([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV'].map(none),
  ...['XAF', 'XOF', 'XPF'].map(none),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => [code, 3] as const),
  ...['CLF', 'UYW'].map((code) => [code, 4] as const),
]);

/** From 0 to 4; 2 for a code that is not listed. */
export function minorDigits(currency: string): number {
  return others.get(currency) ?? 2;
}

function none(code: string): readonly [string, number] {
  return [code, 0];
}
