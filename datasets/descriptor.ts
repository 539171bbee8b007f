import { z } from 'zod';
import { conditionSchema } from './condition.ts';
import { minorDigits } from './minor-digits.ts';
import { EPOCH_MILLIS, EPOCH_SECONDS } from './read-time.ts';
import { compilePattern } from './time-pattern.ts';
import { zoneOf } from './zone.ts';

/** What a dataset's columns mean: everything that is needed to read its rows and make events of them. README.md has an example. */

const column = z.string().min(1);
const kind = z.enum(['PURCHASE', 'RETURN', 'VIEW', 'CART']);

const csvFormat = z.strictObject({
  kind: z.literal('csv'),
  /** One character, `whitespace` (any run of it), or `auto`. */
  delimiter: z.union([z.literal('auto'), z.literal('whitespace'), z.string().length(1)]).default('auto'),
  quote: z.string().length(1).nullable().default('"'),
  /** Whether the first line names the columns. Without it, `columns` must. */
  header: z.boolean().default(true),
  /** Names instead of the header's, in order. */
  columns: z.array(column).min(1).optional(),
  /** `auto`: UTF-8, and Windows-1252 for lines that are not. */
  encoding: z.enum(['auto', 'utf-8', 'latin1']).default('auto'),
});

const format = z
  .discriminatedUnion('kind', [
    csvFormat,
    z.strictObject({ kind: z.literal('parquet') }),
    z.strictObject({ kind: z.literal('json') }),
  ])
  .refine((value) => value.kind !== 'csv' || value.header || value.columns !== undefined, {
    error: 'a file without a header needs format.columns, the names of its columns in order',
  });

const roles = z.strictObject({
  /** The producer's own id of the event; without it, ids are made of file and row. */
  eventId: column.optional(),
  customer: column.optional(),
  order: column.optional(),
  time: column,
  product: column.optional(),
  category: column.optional(),
  unitPrice: column.optional(),
  /** Absent: every row is one unit. */
  quantity: column.optional(),
  amount: column.optional(),
  paymentMethod: column.optional(),
  gender: column.optional(),
  age: column.optional(),
  country: column.optional(),
  returned: column.optional(),
});

const kindRule = z.union([
  z.strictObject({ constant: kind }),
  z.strictObject({ column, values: z.record(z.string(), kind) }),
  /** The first rule whose conditions all hold decides. */
  z.strictObject({ rules: z.array(z.strictObject({ when: z.array(conditionSchema), kind })).min(1) }),
]);

const pattern = z.string().superRefine((text, context) => {
  if (text === EPOCH_SECONDS || text === EPOCH_MILLIS) return;
  refuseRangeErrors(() => compilePattern(text), context);
});
const zone = z.string().superRefine((text, context) => refuseRangeErrors(() => zoneOf(text), context));

export const descriptorSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, { error: 'a name is small letters, digits and hyphens, a letter first' }),
    title: z.string(),
    format,
    columns: roles,
    time: z.strictObject({
      /** Tried in order; see time-pattern.ts. Also `ISO`, `epoch-seconds`, `epoch-millis`. */
      patterns: z.array(pattern).min(1),
      /** IANA name. */
      zone: zone.default('UTC'),
      precision: z.enum(['day', 'instant']).default('instant'),
      /** Last day that the data cover, YYYY-MM-DD: they are complete to its end. */
      coversUntil: z.iso.date().optional(),
    }),
    /** The decimal mark in numbers. */
    decimal: z.enum(['.', ',']).default('.'),
    currency: z
      .strictObject({ code: z.string().regex(/^[A-Z]{3}$/), digits: z.int().min(0).max(4) })
      .superRefine(({ code, digits }, { addIssue }) => {
        // Files give money in units of the currency, and know its code only.
        const own = minorDigits(code);
        if (digits !== own) addIssue(`${code} has ${own} digits after the decimal mark`);
      }),
    /** Which role keys the rows; rows without a customer are keyed by order. */
    key: z.enum(['customer', 'order']).default('customer'),
    /** Rows come in order of time, at most `disorder` ms out of place; or in no such order, and then nothing is final before the end. */
    rows: z.union([
      z.strictObject({ sorted: z.literal(true), disorder: z.int().min(0).default(0) }),
      z.strictObject({ sorted: z.literal(false) }),
    ]),
    amount: z.enum(['quantity*unitPrice', 'column']),
    kind: kindRule,
    /** Rows that are no event: the first rule whose conditions all hold names the reason. */
    reject: z
      .array(
        z.strictObject({
          when: z.array(conditionSchema).min(1),
          code: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
          message: z.string(),
        }),
      )
      .default([]),
  })
  .superRefine((descriptor, context) => {
    const { columns } = descriptor;
    const needed = descriptor.amount === 'column' ? 'amount' : 'unitPrice';
    if (columns[needed] === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['columns', needed],
        message: `amount: ${descriptor.amount} needs this column`,
      });
    }
  });

export type Descriptor = z.output<typeof descriptorSchema>;
/** As written by people: what has a default may be left out. */
export type DescriptorInput = z.input<typeof descriptorSchema>;
export type CsvFormat = z.output<typeof csvFormat>;

export class DescriptorError extends Error {
  override readonly name = 'DescriptorError';
  readonly code: 'INVALID_DESCRIPTOR' | 'UNKNOWN_DATASET';

  constructor(code: DescriptorError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Checks a descriptor and fills its defaults in. `from` names it in errors. @throws DescriptorError INVALID_DESCRIPTOR, naming every field that is wrong */
export function parseDescriptor(value: unknown, from: string): Descriptor {
  const parsed = descriptorSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new DescriptorError(
    'INVALID_DESCRIPTOR',
    `the descriptor ${from} is not valid:\n${z.prettifyError(parsed.error)}`,
  );
}

/** Every column that the descriptor reads, each once. */
export function columnsRead(descriptor: Descriptor): readonly string[] {
  const found = new Set<string>(Object.values(descriptor.columns).filter((name) => name !== undefined));
  const { kind: rule } = descriptor;
  if ('column' in rule) found.add(rule.column);
  const conditions = [...descriptor.reject, ...('rules' in rule ? rule.rules : [])].flatMap(({ when }) => when);
  for (const condition of conditions) found.add(condition.column);
  return [...found];
}

function refuseRangeErrors(attempt: () => unknown, context: z.RefinementCtx): void {
  try {
    attempt();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
}
