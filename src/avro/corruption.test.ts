import type { Schema } from 'avsc';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AvroError } from './error.ts';
import { memoryRegistry } from './memory-registry.ts';
import { openSerde } from './serde.ts';

/** One field of every kind, nested. */
const schema = {
  type: 'record',
  name: 'Everything',
  fields: [
    { name: 'flag', type: 'boolean' },
    { name: 'text', type: ['null', 'string'] },
    { name: 'amount', type: 'long' },
    { name: 'ratio', type: 'double' },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
    { name: 'raw', type: ['null', 'bytes'] },
    { name: 'tags', type: { type: 'array', logicalType: 'set', items: 'string' } },
    {
      name: 'lists',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Item',
          fields: [{ name: 'map', type: { type: 'map', values: ['null', 'long'] } }],
        },
      },
    },
  ],
} as unknown as Schema;

const anything = fc.record({
  flag: fc.boolean(),
  text: fc.option(fc.string({ unit: 'grapheme' })),
  amount: fc.oneof(fc.maxSafeInteger(), fc.integer()),
  ratio: fc.double({ noNaN: true }),
  kind: fc.constantFrom('A', 'B'),
  raw: fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
  tags: fc.array(fc.string()).map((tags) => new Set(tags)),
  lists: fc.array(fc.record({ map: fc.dictionary(fc.string(), fc.option(fc.integer())) })),
});

it('reads back whatever fits the schema', async () => {
  const serde = await openSerde<unknown>(memoryRegistry(), 'everything-value', schema);
  fc.assert(
    fc.property(anything, (value) => {
      expect(serde.decode(serde.encode(value))).toEqual(value);
    }),
  );
});

it('reads corrupt bytes as something or refuses them as an AvroError, soon', async () => {
  const serde = await openSerde<unknown>(memoryRegistry(), 'everything-value', schema);
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(anything, damage, (value, bytes) => {
      const corrupt = Buffer.from(serde.encode(value));
      for (const [at, byte] of bytes) {
        corrupt[at % corrupt.length] = byte;
      }
      try {
        serde.decode(corrupt);
      } catch (error) {
        expect(error).toBeInstanceOf(AvroError);
      }
    }),
    { numRuns: 1000 },
  );
});
