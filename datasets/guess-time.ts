import { type Cell, textOf } from './cell.ts';
import { DAY } from './civil.ts';
import { EPOCH_MILLIS, EPOCH_SECONDS, timeReader } from './read-time.ts';

/** How a column's texts can be read as times. */
export interface TimeGuess {
  readonly pattern: string;
  /** Share of the texts that it reads. */
  readonly share: number;
  /** Set when day and month could be the other way round: the other pattern. */
  readonly ambiguous: string | undefined;
}

const clocks = ['', ' HH:mm', ' HH:mm:ss', ' H:mm', ' H:mm:ss', ' h:mm a', ' h:mm:ss a'];
const plain = [
  'yyyy-MM-dd',
  'yyyy-MM-dd HH:mm',
  'yyyy-MM-dd HH:mm:ss',
  "yyyy-MM-dd HH:mm:ss 'UTC'",
  'yyyyMMdd',
  'yyyyMMddHHmmss',
  'yyyy/MM/dd',
  'yyyy/MM/dd HH:mm',
  'yyyy/MM/dd HH:mm:ss',
  'ISO',
  ...['d-MMM-yyyy', 'd MMM yyyy', 'd-MMM-yy', 'MMM d, yyyy'].flatMap((date) => clocks.map((clock) => date + clock)),
];
const swapped = ['/', '.', '-'].flatMap((mark) =>
  ['yyyy', 'yy'].flatMap((year) =>
    clocks.map((clock) => [`d${mark}M${mark}${year}${clock}`, `M${mark}d${mark}${year}${clock}`] as const),
  ),
);

const ENOUGH = 0.95;
const MOST = 0.5;
const LOOKED_AT = 2000;
const EARLIEST = Date.UTC(1990, 0);
const LATEST = Date.UTC(2100, 0);

/** The pattern by which a column's cells are times; `undefined` when they are not. `named`: its name says time, so bare numbers may count seconds. */
export function guessTime(cells: readonly Cell[], named: boolean): TimeGuess | undefined {
  for (const guess of guesses(cells, named)) if (guess.share >= ENOUGH) return guess;
  return undefined;
}

/** The pattern that reads most of a column's cells, where one reads more than half: times, some of them broken. */
export function guessBrokenTime(cells: readonly Cell[], named: boolean): TimeGuess | undefined {
  let best: TimeGuess | undefined;
  for (const guess of guesses(cells, named)) if (guess.share > (best?.share ?? MOST)) best = guess;
  return best;
}

function* guesses(cells: readonly Cell[], named: boolean): Iterable<TimeGuess> {
  const texts = cells
    .slice(0, LOOKED_AT)
    .map(textOf)
    .filter((text) => text !== null);
  if (texts.length === 0) return;
  for (const pattern of plain) yield { pattern, share: shareRead(texts, pattern), ambiguous: undefined };
  for (const [dayFirst, monthFirst] of swapped) {
    const day = shareRead(texts, dayFirst);
    const month = shareRead(texts, monthFirst);
    if (Math.max(day, month) <= MOST) continue;
    if (day === month) yield resolveOrder(cells, dayFirst, monthFirst, day);
    else if (day > month) yield { pattern: dayFirst, share: day, ambiguous: undefined };
    else yield { pattern: monthFirst, share: month, ambiguous: undefined };
  }
  if (!named) return;
  for (const pattern of [EPOCH_SECONDS, EPOCH_MILLIS])
    yield { pattern, share: shareRead(texts, pattern), ambiguous: undefined };
}

/** No value tells day from month: the order under which time does not go backwards, else days first, said to be a guess. */
function resolveOrder(cells: readonly Cell[], dayFirst: string, monthFirst: string, share: number): TimeGuess {
  const backDay = orderOf(cells, dayFirst).backwards;
  const backMonth = orderOf(cells, monthFirst).backwards;
  if (backMonth < backDay) return { pattern: monthFirst, share, ambiguous: dayFirst };
  return { pattern: dayFirst, share, ambiguous: monthFirst };
}

function shareRead(texts: readonly string[], pattern: string): number {
  const read = timeReader([pattern], 'UTC');
  let good = 0;
  for (const text of texts) {
    const moment = read(text);
    if (typeof moment === 'object' && moment.time >= EARLIEST && moment.time < LATEST) good++;
  }
  return good / texts.length;
}

export interface TimeOrder {
  /** Rows older than the one before them. */
  readonly backwards: number;
  /** How far behind the greatest time before it a row comes at most, ms. */
  readonly disorder: number;
  /** Every time is a midnight. */
  readonly daysOnly: boolean;
  /** Between the first and the last time, ms. */
  readonly span: number;
}

export function orderOf(cells: readonly Cell[], pattern: string): TimeOrder {
  const read = timeReader([pattern], 'UTC');
  let greatest = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  let previous = Number.NEGATIVE_INFINITY;
  let backwards = 0;
  let disorder = 0;
  let daysOnly = true;
  for (const cell of cells) {
    const moment = read(cell);
    if (typeof moment === 'string') continue;
    if (moment.time < previous) backwards++;
    if (moment.time % DAY !== 0) daysOnly = false;
    previous = moment.time;
    greatest = Math.max(greatest, previous);
    least = Math.min(least, previous);
    disorder = Math.max(disorder, greatest - previous);
  }
  return { backwards, disorder, daysOnly, span: Math.max(0, greatest - least) };
}
