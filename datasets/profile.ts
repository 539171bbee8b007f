import { type Cell, textOf } from './cell.ts';
import { approximately, type DecimalMark, parseDecimal } from './decimal.ts';

/** What a column's cells are, from a sample. Shares are of the cells that say something. */
export interface Profile {
  readonly column: string;
  readonly cells: readonly Cell[];
  readonly known: number;
  readonly distinct: ReadonlyMap<string, number>;
  readonly numeric: Readonly<Record<DecimalMark, number>>;
  /** Share of whole numbers among the numbers. */
  readonly whole: number;
  readonly least: number;
  readonly greatest: number;
  /** A sign of currency that is written in the cells. */
  readonly sign: string | undefined;
}

const MOST_DISTINCT = 10_000;

export function profile(column: string, cells: readonly Cell[]): Profile {
  const distinct = new Map<string, number>();
  const numbers = { '.': 0, ',': 0 };
  let known = 0;
  let sign: string | undefined;
  for (const cell of cells) {
    const text = textOf(cell);
    if (text === null) continue;
    known++;
    if (distinct.size < MOST_DISTINCT || distinct.has(text)) distinct.set(text, (distinct.get(text) ?? 0) + 1);
    const point = parseDecimal(text, '.');
    if (point !== undefined) numbers['.']++;
    if (parseDecimal(text, ',') !== undefined) numbers[',']++;
    sign ??= /\p{Sc}/u.exec(text)?.[0];
  }
  const mark: DecimalMark = numbers[','] > numbers['.'] ? ',' : '.';
  const { whole, least, greatest } = range(distinct, mark);
  const share = (count: number) => (known === 0 ? 0 : count / known);
  return {
    column,
    cells,
    known,
    distinct,
    numeric: { '.': share(numbers['.']), ',': share(numbers[',']) },
    whole,
    least,
    greatest,
    sign: numbers[mark] > 0 ? sign : undefined,
  };
}

function range(distinct: ReadonlyMap<string, number>, mark: DecimalMark) {
  let numbers = 0;
  let whole = 0;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const text of distinct.keys()) {
    const decimal = parseDecimal(text, mark);
    if (decimal === undefined) continue;
    const value = approximately(decimal);
    numbers++;
    if (Number.isInteger(value)) whole++;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return { whole: numbers === 0 ? 0 : whole / numbers, least, greatest };
}

/** Most of the cells are numbers. */
export function isNumeric({ numeric }: Profile): boolean {
  return Math.max(numeric['.'], numeric[',']) > 0.95;
}
