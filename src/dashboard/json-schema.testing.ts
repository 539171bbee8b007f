import fc from 'fast-check';

/** JSON that a schema allows, and now and then JSON that it does not. */
export function nearly(schema: unknown): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: allowed(schema) }, { weight: 1, arbitrary: fc.jsonValue() });
}

function allowed(schema: unknown): fc.Arbitrary<unknown> {
  const { type, properties, items, anyOf, minimum, maximum, ...rest } = schema as Readonly<Record<string, unknown>>;
  if (Array.isArray(rest.enum)) return fc.constantFrom(...rest.enum);
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map(nearly));
  const types = Array.isArray(type) ? type : [type];
  return fc.oneof(...types.map((one: unknown) => ofType(one, { properties, items, minimum, maximum })));
}

interface Facets {
  readonly properties: unknown;
  readonly items: unknown;
  readonly minimum: unknown;
  readonly maximum: unknown;
}

function ofType(type: unknown, { properties, items, minimum, maximum }: Facets): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return fc.string({ unit: 'binary', maxLength: 40 });
    case 'integer':
      return fc.integer({ min: Math.max(Number(minimum ?? -1e9), -1e9), max: Math.min(Number(maximum ?? 1e9), 1e9) });
    case 'number':
      return fc.double({ min: Number(minimum ?? -1e9), max: Number(maximum ?? 1e9), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(nearly(items ?? {}), { maxLength: 5 });
    case 'object':
      return fc.record(Object.fromEntries(Object.entries(properties ?? {}).map(([name, one]) => [name, nearly(one)])), {
        requiredKeys: [],
      });
    default:
      return fc.jsonValue();
  }
}
