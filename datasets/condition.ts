import { z } from 'zod';
import { type Cell, textOf } from './cell.ts';
import { approximately, type DecimalMark, parseDecimal } from './decimal.ts';

/** A test of one column: numbers compare as numbers, texts exactly. A cell that is unknown or not a number fails every comparison with a number. */
export const conditionSchema = z.discriminatedUnion('is', [
  z.strictObject({ column: z.string(), is: z.enum(['<', '<=', '>', '>=']), value: z.number() }),
  z.strictObject({ column: z.string(), is: z.enum(['=', '!=']), value: z.union([z.number(), z.string()]) }),
  z.strictObject({
    column: z.string(),
    is: z.enum(['starts with', 'not starts with', 'contains']),
    value: z.string().min(1),
  }),
  z.strictObject({ column: z.string(), is: z.literal('one of'), value: z.array(z.string()) }),
  z.strictObject({ column: z.string(), is: z.enum(['empty', 'not empty']) }),
]);
export type Condition = z.infer<typeof conditionSchema>;

export type Test = (cell: Cell | undefined) => boolean;

/** The test of a condition on its column's cell. */
export function compileCondition(condition: Condition, mark: DecimalMark): Test {
  switch (condition.is) {
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(condition.is, condition.value, mark);
    case '=':
    case '!=': {
      const { value } = condition;
      const same: Test =
        typeof value === 'number' ? (cell) => numberOf(cell, mark) === value : (cell) => textOf(cell) === value;
      return condition.is === '=' ? same : (cell) => !same(cell);
    }
    case 'starts with':
      return (cell) => textOf(cell)?.startsWith(condition.value) ?? false;
    case 'not starts with':
      return (cell) => !(textOf(cell)?.startsWith(condition.value) ?? false);
    case 'contains':
      return (cell) => textOf(cell)?.includes(condition.value) ?? false;
    case 'one of': {
      const values = new Set(condition.value);
      return (cell) => {
        const text = textOf(cell);
        return text !== null && values.has(text);
      };
    }
    case 'empty':
      return (cell) => textOf(cell) === null;
    case 'not empty':
      return (cell) => textOf(cell) !== null;
    default:
      return condition satisfies never;
  }
}

function comparison(is: '<' | '<=' | '>' | '>=', value: number, mark: DecimalMark): Test {
  switch (is) {
    case '<':
      return (cell) => numberOf(cell, mark) < value;
    case '<=':
      return (cell) => numberOf(cell, mark) <= value;
    case '>':
      return (cell) => numberOf(cell, mark) > value;
    default:
      return (cell) => numberOf(cell, mark) >= value;
  }
}

function numberOf(cell: Cell | undefined, mark: DecimalMark): number {
  if (typeof cell === 'number') return cell;
  const text = textOf(cell);
  const decimal = text === null ? undefined : parseDecimal(text, mark);
  return decimal === undefined ? Number.NaN : approximately(decimal);
}
