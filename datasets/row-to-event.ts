import type { Event, Kind } from '../schemas/generated.ts';
import { columnName } from './avro-name.ts';
import { type Cell, idOf, textOf } from './cell.ts';
import { type Condition, compileCondition } from './condition.ts';
import { type Decimal, multiply, parseDecimal, toMinor, toWhole } from './decimal.ts';
import type { Descriptor } from './descriptor.ts';
import type { RawRow } from './raw.ts';
import { timeReader } from './read-time.ts';

/** Why a row is no event. */
export interface Rejection {
  /** Stable, for counting: MALFORMED_ROW, BAD_TIME, UNKNOWN_KIND, NO_QUANTITY, ..., or a rule's own. */
  readonly code: string;
  readonly message: string;
}

export function isRejection(result: Event | Rejection): result is Rejection {
  return 'code' in result;
}

const ONE: Decimal = { digits: 1, scale: 0 };
const yes = new Set(['1', 'true', 'yes', 'y', 't', 'returned']);
const no = new Set(['0', 'false', 'no', 'n', 'f', 'kept']);

/**
 * Compiles a descriptor to the function that makes an event of a raw row, or says why it is none. Money is exact.
 * Hot path: about a million rows a second; bench/ measures it.
 */
export function rowToEvent(descriptor: Descriptor): (row: RawRow) => Event | Rejection {
  const { columns, decimal: mark, currency, name: dataset } = descriptor;
  const cellOf = (role: string | undefined): ((row: RawRow) => Cell | undefined) => {
    if (role === undefined) return () => null;
    const field = columnName(role);
    return (row) => row[field];
  };
  const text = (role: string | undefined): ((row: RawRow) => string | null) => {
    const cell = cellOf(role);
    return role === undefined ? () => null : (row) => textOf(cell(row));
  };
  const id = (role: string | undefined): ((row: RawRow) => string | null) => {
    const cell = cellOf(role);
    return role === undefined ? () => null : (row) => idOf(cell(row));
  };
  const number = (role: string | undefined) => decimalReader(cellOf(role), mark);

  const ownId = id(columns.eventId);
  const customer = id(columns.customer);
  const order = id(columns.order);
  const timeCell = cellOf(columns.time);
  const readTime = timeReader(descriptor.time.patterns, descriptor.time.zone);
  const product = text(columns.product);
  const category = text(columns.category);
  const paymentMethod = text(columns.paymentMethod);
  const gender = text(columns.gender);
  const country = text(columns.country);
  const age = text(columns.age);
  const returned = text(columns.returned);
  const readQuantity = columns.quantity === undefined ? () => ONE : number(columns.quantity);
  const readPrice = number(columns.unitPrice);
  const readAmount = number(columns.amount);
  const amountFromColumn = descriptor.amount === 'column';
  const rejectionOf = rejections(descriptor);
  const kindOf = kinds(descriptor);
  const prefixOf = prefixes(dataset);

  return (row) => {
    if (row._error !== null) return { code: 'MALFORMED_ROW', message: row._error };
    const moment = readTime(timeCell(row));
    if (typeof moment === 'string') return { code: 'BAD_TIME', message: `${columns.time}: ${moment}` };
    const broken = rejectionOf(row);
    if (broken !== undefined) return broken;
    const kind = kindOf(row);
    if (typeof kind !== 'string') return kind;

    const units = readQuantity(row);
    if (units === null) return { code: 'NO_QUANTITY', message: `${columns.quantity} is empty` };
    const quantity = units === undefined ? undefined : toWhole(units);
    if (units === undefined || quantity === undefined) {
      return {
        code: 'BAD_QUANTITY',
        message: `${columns.quantity} is not a whole number: ${shown(row, columns.quantity)}`,
      };
    }
    const price = readPrice(row);
    const unitPrice = price ? toMinor(price, currency.digits) : null;
    if (price === undefined || unitPrice === undefined) {
      return { code: 'BAD_PRICE', message: `${columns.unitPrice} is not a price: ${shown(row, columns.unitPrice)}` };
    }
    const total = amountFromColumn ? readAmount(row) : price && multiply(price, units);
    const looking = kind === 'VIEW' || kind === 'CART';
    if (total === null && !looking) {
      return { code: 'NO_AMOUNT', message: `${amountFromColumn ? columns.amount : columns.unitPrice} is empty` };
    }
    const amount = total === null ? 0 : total && toMinor(total, currency.digits);
    if (amount === undefined) {
      const at = amountFromColumn ? columns.amount : columns.unitPrice;
      return { code: 'BAD_AMOUNT', message: `${at} does not give an amount of money: ${shown(row, at)}` };
    }
    return {
      eventId: ownId(row) ?? prefixOf(row._file) + row._row,
      customerId: customer(row),
      kind,
      time: moment.time,
      orderId: order(row),
      product: product(row),
      category: category(row),
      unitPrice,
      quantity,
      amount,
      currency: currency.code,
      paymentMethod: paymentMethod(row),
      gender: gender(row),
      age: ageOf(age(row)),
      country: country(row),
      returned: flagOf(returned(row)),
      localDate: moment.localDate,
      localHour: moment.localHour,
      dataset,
      file: row._file,
      row: row._row,
    };
  };
}

/** `null`: the cell is empty. `undefined`: it is not a number. Numbers that came as numbers have a decimal point, whatever the text's mark. */
function decimalReader(
  cell: (row: RawRow) => Cell | undefined,
  mark: Descriptor['decimal'],
): (row: RawRow) => Decimal | null | undefined {
  return (row) => {
    const value = cell(row);
    const text = textOf(value);
    return text === null ? null : parseDecimal(text, typeof value === 'number' ? '.' : mark);
  };
}

function rejections({ reject, decimal }: Descriptor): (row: RawRow) => Rejection | undefined {
  const rules = reject.map(({ when, code, message }) => ({
    holds: allOf(when, decimal),
    rejection: { code, message },
  }));
  return (row) => {
    for (const rule of rules) if (rule.holds(row)) return rule.rejection;
    return undefined;
  };
}

function kinds({ kind, decimal }: Descriptor): (row: RawRow) => Kind | Rejection {
  if ('constant' in kind) return () => kind.constant;
  if ('column' in kind) {
    const field = columnName(kind.column);
    const values = new Map(Object.entries(kind.values));
    return (row) => {
      const text = textOf(row[field]);
      const found = text === null ? undefined : values.get(text);
      return (
        found ?? {
          code: 'UNKNOWN_KIND',
          message: `${kind.column} is none of ${[...values.keys()].join(', ')}: ${text}`,
        }
      );
    };
  }
  const rules = kind.rules.map((rule) => ({ holds: allOf(rule.when, decimal), kind: rule.kind }));
  return (row) => {
    for (const rule of rules) if (rule.holds(row)) return rule.kind;
    return { code: 'UNKNOWN_KIND', message: 'no rule of the descriptor says what kind of event this is' };
  };
}

function allOf(conditions: readonly Condition[], decimal: Descriptor['decimal']): (row: RawRow) => boolean {
  const tests = conditions.map((condition) => ({
    field: columnName(condition.column),
    holds: compileCondition(condition, decimal),
  }));
  return (row) => {
    for (const test of tests) if (!test.holds(row[test.field])) return false;
    return true;
  };
}

/** `<dataset>-<first 12 of the source's id>-`, with `#2` and so on where the file was replayed again on purpose. */
function prefixes(dataset: string): (file: string) => string {
  let lastFile = '';
  let last = '';
  return (file) => {
    if (file !== lastFile) {
      const again = file.indexOf('#');
      last = `${dataset}-${file.slice(0, 12)}${again < 0 ? '' : file.slice(again)}-`;
      lastFile = file;
    }
    return last;
  };
}

function ageOf(text: string | null): number | null {
  const age = text === null ? Number.NaN : Number(text);
  return Number.isInteger(age) && age >= 0 && age <= 150 ? age : null;
}

function flagOf(text: string | null): boolean | null {
  if (text === null) return null;
  const said = text.toLowerCase();
  if (yes.has(said) || yes.has(said.replace(/\.0+$/, ''))) return true;
  return no.has(said) || no.has(said.replace(/\.0+$/, '')) ? false : null;
}

function shown(row: RawRow, column: string | undefined): string {
  return column === undefined ? '' : JSON.stringify(row[columnName(column)] ?? null).slice(0, 80);
}
