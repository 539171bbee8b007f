/** What every schema registry does: each adapter's test runs this suite. */
import type { Schema } from 'avsc';
import { describe, expect, it } from 'vitest';
import type { Registry } from './registry.ts';

const first = {
  type: 'record',
  name: 'Sale',
  namespace: 'shop',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'amount', type: 'int' },
    { name: 'state', type: { type: 'enum', name: 'State', symbols: ['OPEN', 'PAID'] } },
  ],
} satisfies Schema;
const withNote = withFields({ name: 'note', type: ['null', 'string'], default: null });

function withFields(...more: { name: string; type: Schema; default?: unknown }[]): Schema {
  return { ...first, fields: [...first.fields, ...more] };
}

/**
 * `open` gives a registry whose subjects are empty. Its ids may be others' too: a registry of the network is shared, and gives
 * a schema the same id under every subject.
 */
export function registryContract(name: string, open: () => Promise<Registry>): void {
  describe(`${name}: what every registry does`, () => {
    it('gives a new schema an id of at least 1 and gives the schema back by it', async () => {
      await using registry = await open();
      const id = await registry.idOf('sales-value', first);
      expect(id).toBeGreaterThanOrEqual(1);
      expect(await registry.schemaOf(id)).toMatchObject({ type: 'record', fields: [{ name: 'id' }, {}, {}] });
    });

    it('gives the same schema the same id, under any subject and however it is written', async () => {
      await using registry = await open();
      const id = await registry.idOf('sales-value', first);
      const otherwise: Schema = {
        fields: [
          { type: { type: 'string' } as unknown as Schema, name: 'id', doc: 'Said anew.' },
          { type: 'int', name: 'amount' },
          { type: { symbols: ['OPEN', 'PAID'], name: 'shop.State', type: 'enum' }, name: 'state' },
        ],
        doc: 'A sale.',
        name: 'shop.Sale',
        type: 'record',
      };
      expect(await registry.idOf('sales-value', first)).toBe(id);
      expect(await registry.idOf('sales-value', otherwise)).toBe(id);
      expect(await registry.idOf('more-sales-value', first)).toBe(id);
    });

    it('tells schemas apart that differ in a logical type', async () => {
      await using registry = await open();
      const plain = withFields({ name: 'at', type: 'long' });
      const timed = withFields({
        name: 'at',
        type: { type: 'long', logicalType: 'timestamp-millis' } as unknown as Schema,
      });
      expect(await registry.idOf('sales-value', plain)).not.toBe(await registry.idOf('sales-value', timed));
    });

    it('takes a newer schema that reads what the latest one wrote, and still knows the older', async () => {
      await using registry = await open();
      const older = await registry.idOf('sales-value', first);
      const newer = await registry.idOf('sales-value', withNote);
      expect(newer).not.toBe(older);
      expect(await registry.idOf('sales-value', first)).toBe(older);
      expect(await registry.schemaOf(older)).not.toEqual(await registry.schemaOf(newer));
    });

    it.each([
      ['a field without a default', withFields({ name: 'note', type: 'string' }), 'note'],
      [
        'a type that cannot hold the old one',
        { ...first, fields: [{ name: 'id', type: 'int' }, ...first.fields.slice(1)] },
        'id',
      ],
      [
        'an enum that lost a symbol',
        {
          ...first,
          fields: [
            ...first.fields.slice(0, 2),
            { name: 'state', type: { type: 'enum', name: 'State', symbols: ['OPEN'] } },
          ],
        },
        'PAID',
      ],
      ['another record', { ...first, name: 'Purchase' }, 'Purchase'],
    ] as [string, Schema, string][])('refuses %s, says why and writes nothing', async (_what, schema, why) => {
      await using registry = await open();
      const id = await registry.idOf('sales-value', first);
      const refusal = expect.objectContaining({ code: 'INCOMPATIBLE', message: expect.stringContaining(why) });
      await expect(registry.idOf('sales-value', schema)).rejects.toEqual(refusal);
      await expect(registry.idOf('sales-value', schema)).rejects.toEqual(refusal);
      expect(await registry.idOf('sales-value', first)).toBe(id);
      // The latest is still the first: this could not read what the refused one would have written.
      const next = { ...first, fields: [...first.fields, { name: 'note', type: 'boolean', default: false }] };
      expect(await registry.idOf('sales-value', next as Schema)).not.toBe(id);
    });

    it('compares with the latest version of the same subject only', async () => {
      await using registry = await open();
      await registry.idOf('sales-value', first);
      await registry.idOf('purchases-value', { ...first, name: 'Purchase' });
      expect(await registry.idOf('sales-value', withNote)).toBeGreaterThanOrEqual(1);
    });

    it('refuses what is not a schema', async () => {
      await using registry = await open();
      const nonsense = { type: 'record', name: 'X', fields: [{ name: 'a', type: 'nothing' }] } as unknown as Schema;
      await expect(registry.idOf('x-value', nonsense)).rejects.toMatchObject({ code: 'INVALID_SCHEMA' });
    });

    it('knows no id that it did not give', async () => {
      await using registry = await open();
      await expect(registry.schemaOf(2 ** 31 - 1)).rejects.toMatchObject({ code: 'UNKNOWN_SCHEMA' });
    });

    it('gives one id to many who ask at once', async () => {
      await using registry = await open();
      const ids = await Promise.all(Array.from({ length: 20 }, () => registry.idOf('sales-value', first)));
      expect(new Set(ids).size).toBe(1);
    });
  });
}
