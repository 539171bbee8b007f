import type { Cell } from './cell.ts';
import { DescriptorError, type DescriptorInput, parseDescriptor } from './descriptor.ts';
import { bareName, guessKind, guessRoles, type Role } from './guess-roles.ts';
import { guessBrokenTime, guessTime, orderOf, type TimeGuess } from './guess-time.ts';
import { minorDigits } from './minor-digits.ts';
import { type Profile, profile } from './profile.ts';
import { proposeKind, type Say } from './propose-kind.ts';

/** The first rows of a file, and how it was cut. `connectors/sources/sample.ts` takes one. */
export interface Sample {
  /** The file's name, for the dataset's. */
  readonly name: string;
  readonly format: DescriptorInput['format'];
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  /** Lines that are no rows. */
  readonly malformed: number;
  /** Whether these are all rows of the file. */
  readonly whole: boolean;
}

export interface Proposal {
  readonly descriptor: DescriptorInput;
  readonly reasons: readonly Reason[];
}

export interface Reason {
  /** Where in the descriptor, such as `columns.customer`. */
  readonly field: string;
  readonly because: string;
  /** False: look at this before using the proposal. */
  readonly sure: boolean;
}

const HOUR = 3_600_000;
const timeName = /date|time|timestamp|datum|zeit|created|when|^day$|^ts$|epoch/;
const currencies: readonly (readonly [string, RegExp])[] = [
  ['USD', /\$|dollar|usd/],
  ['EUR', /€|euro?s?(?:$|value|amount|price)/],
  ['GBP', /£|pound|gbp/],
];

/**
 * Proposes a descriptor from a file's first rows, with a reason for every choice.
 * @throws DescriptorError INVALID_DESCRIPTOR when no column holds times, or none holds money
 */
export function inspect(sample: Sample): Proposal {
  const reasons: Reason[] = [];
  const say = (field: string, because: string, sure = true) => void reasons.push({ field, because, sure });
  const profiles = sample.columns.map((column) =>
    profile(
      column,
      sample.rows.map((row) => row[column] ?? null),
    ),
  );

  const { column: timeColumn, guess } = timeOf(profiles, sample.name);
  const rest = profiles.filter(({ column }) => column !== timeColumn.column);
  const kind = guessKind(rest);
  const roles = guessRoles(rest.filter(({ column }) => column !== kind?.column));
  const amount = roles.get('amount');
  const price = roles.get('unitPrice');
  if (amount === undefined && price === undefined) {
    throw new DescriptorError(
      'INVALID_DESCRIPTOR',
      `no column of ${sample.name} looks like money: ${sample.columns.join(', ')}`,
    );
  }

  if (sample.malformed > 0)
    say('format', `${sample.malformed} lines of the sample are no rows, and will be dead letters`, false);
  if (sample.format.kind === 'csv')
    say('format', `separated by ${JSON.stringify(sample.format.delimiter)}, ${sample.columns.length} columns`);
  explainTime(say, timeColumn, guess);
  const columns: Partial<Record<Role, string>> = { time: timeColumn.column };
  for (const [role, { column, distinct }] of roles) {
    columns[role] = column;
    say(`columns.${role}`, `${column}: by its name; ${examples(distinct)}`);
  }
  if (!roles.has('customer'))
    say('columns.customer', 'no column is named like a customer: every row is anonymous', false);
  const used = new Set([...Object.values(columns), kind?.column]);
  const unused = sample.columns.filter((column) => !used.has(column));
  if (unused.length > 0) say('columns', `not used: ${unused.join(', ')}`);

  const decimal = [amount, price].some((money) => money !== undefined && money.numeric[','] > money.numeric['.'])
    ? ','
    : '.';
  if (decimal === ',') say('decimal', 'numbers have a decimal comma');
  const proposal: DescriptorInput = {
    name: datasetName(sample.name),
    title: sample.name,
    format: sample.format,
    columns: { ...columns, time: timeColumn.column },
    time: timing(say, timeColumn, guess),
    decimal,
    currency: currencyOf(say, [amount, price]),
    key: roles.has('customer') ? 'customer' : 'order',
    rows: rowOrder(say, timeColumn, guess, sample.whole),
    amount: amount === undefined ? 'quantity*unitPrice' : 'column',
    ...proposeKind(say, kind, roles.get('quantity'), amount),
  };
  say(
    'amount',
    amount === undefined ? 'no column holds a total: quantity × price' : `${amount.column} holds the total`,
  );
  if (proposal.reject !== undefined)
    say('reject', `rows whose ${columns.quantity} is 0 sold nothing and gave nothing back: dead letters`);
  parseDescriptor(proposal, `proposed for ${sample.name}`);
  return { descriptor: proposal, reasons };
}

function timeOf(profiles: readonly Profile[], file: string): { column: Profile; guess: TimeGuess } {
  const named = profiles.filter(({ column }) => timeName.test(bareName(column)));
  const byName = [...named, ...profiles.filter((one) => !named.includes(one))];
  for (const column of byName) {
    const guess = guessTime(column.cells, named.includes(column));
    if (guess !== undefined) return { column, guess };
  }
  let best: { readonly column: Profile; readonly guess: TimeGuess } | undefined;
  for (const column of byName) {
    const guess = guessBrokenTime(column.cells, named.includes(column));
    if (guess !== undefined && guess.share > (best?.guess.share ?? 0)) best = { column, guess };
  }
  if (best !== undefined) return best;
  const list = profiles.map(({ column, distinct }) => `${column} (${examples(distinct)})`).join(', ');
  throw new DescriptorError('INVALID_DESCRIPTOR', `no column of ${file} can be read as a time: ${list}`);
}

function explainTime(say: Say, { column, distinct }: Profile, { pattern, share, ambiguous }: TimeGuess): void {
  say('columns.time', `${column} reads as ${pattern}: ${examples(distinct)}`);
  if (share < 1)
    say('time.patterns', `${((1 - share) * 100).toFixed(1)} % of the sample's times do not read so`, false);
  if (ambiguous !== undefined)
    say('time.patterns', `no value tells day from month: it could as well be ${ambiguous}`, false);
}

function timing(say: Say, { cells }: Profile, { pattern }: TimeGuess): DescriptorInput['time'] {
  const { daysOnly } = orderOf(cells, pattern);
  if (daysOnly) say('time.precision', 'every time is a midnight: days without hours');
  if (!/UTC|X|ISO|epoch/.test(pattern)) say('time.zone', 'the file does not state a time zone: UTC is assumed', false);
  return { patterns: [pattern], zone: 'UTC', precision: daysOnly ? 'day' : 'instant' };
}

function rowOrder(say: Say, { cells }: Profile, { pattern }: TimeGuess, whole: boolean): DescriptorInput['rows'] {
  const { backwards, disorder, span } = orderOf(cells, pattern);
  const seen = whole ? '' : ` in the first ${cells.length} rows`;
  if (backwards === 0) {
    say('rows', `time never goes backwards${seen}`, whole);
    return { sorted: true, disorder: 0 };
  }
  if (disorder <= HOUR && disorder < span / 10) {
    say('rows', `${backwards} rows come late, by ${disorder} ms at most${seen}: twice that is allowed for`, false);
    return { sorted: true, disorder: disorder * 2 };
  }
  say(
    'rows',
    `${backwards} rows are older than the one before: in no order of time, so nothing is final before the end`,
  );
  return { sorted: false };
}

function currencyOf(say: Say, money: readonly (Profile | undefined)[]): DescriptorInput['currency'] {
  for (const [code, sign] of currencies) {
    const column = money.find(
      (one) => one !== undefined && (sign.test(bareName(one.column)) || sign.test(one.sign ?? '')),
    );
    if (column !== undefined) {
      say('currency', `${column.column} says ${code}`);
      return { code, digits: minorDigits(code) };
    }
  }
  say('currency', 'the file does not state a currency: USD is assumed', false);
  return { code: 'USD', digits: minorDigits('USD') };
}

function examples(distinct: ReadonlyMap<string, number>): string {
  return `such as ${[...distinct.keys()].slice(0, 3).join(', ').slice(0, 80)}`;
}

function datasetName(file: string): string {
  const name = file
    .toLowerCase()
    .replace(/(?:\.(?:csv|tsv|txt|parquet|jsonl|ndjson|json|gz|zst))+$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  return name === '' ? 'my-data' : name;
}
