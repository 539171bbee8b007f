import { z } from 'zod';

const field = z.object({
  name: z.string(),
  type: z.unknown(),
  doc: z.string().optional(),
  default: z.unknown().optional(),
});
const named = z.object({ type: z.string(), symbols: z.array(z.string()).optional() });

const composite = z.object({
  type: z.enum(['array', 'record']),
  items: z.unknown().optional(),
  fields: z.unknown().optional(),
});

/**
 * What an Avro record is as JSON: a field with a default may be left out, and there are no others. Numbers are what JavaScript
 * holds exactly. Types that no record of ours has are refused. @throws TypeError
 */
export function zodOfRecord(schema: object): z.ZodObject {
  const { fields } = z.object({ fields: z.array(field) }).parse(schema);
  const shape = fields.map(({ name, type, doc, ...rest }) => {
    const own = zodOf(type);
    const optional = 'default' in rest ? own.default(rest.default as never) : own;
    return [name, doc === undefined ? optional : optional.describe(doc)] as const;
  });
  return z.strictObject(Object.fromEntries(shape));
}

function zodOf(type: unknown): z.ZodType {
  if (Array.isArray(type)) {
    const others = type.filter((branch) => branch !== 'null');
    if (others.length === 1) return zodOf(others[0]).nullable();
  }
  const inner = composite.safeParse(type).data;
  if (inner?.type === 'array') return z.array(zodOf(inner.items));
  if (inner?.type === 'record') return zodOfRecord({ fields: inner.fields });
  const { type: name, symbols } =
    typeof type === 'string' ? named.parse({ type }) : (named.safeParse(type).data ?? { type: '' });
  switch (name) {
    case 'string':
      return z.string().refine((text) => text.isWellFormed(), { error: 'it has half of a surrogate pair' });
    case 'boolean':
      return z.boolean();
    case 'int':
      return z.int32();
    case 'long':
      return z.int();
    case 'double':
      return z.number();
    case 'enum':
      return z.enum(symbols ?? []);
    default:
      throw new TypeError(`${JSON.stringify(type)} has no form in JSON here`);
  }
}
