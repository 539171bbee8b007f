/** Records written with an older version of a schema, read by a newer one: both through openSerde. */
import type { Schema } from 'avsc';
import { expect, it } from 'vitest';
import { memoryRegistry } from './memory-registry.ts';
import { openSerde } from './serde.ts';

const schema = (...fields: object[]) =>
  ({ type: 'record', name: 'Sale', namespace: 'shop', fields }) as unknown as Schema;
const id = { name: 'id', type: 'string' };

/** Writes `value` as `older`, and reads it as `newer`. */
async function evolve(older: Schema, newer: Schema, value: unknown): Promise<unknown> {
  const registry = memoryRegistry();
  const writer = await openSerde<unknown>(registry, 'sales-value', older);
  const reader = await openSerde<unknown>(registry, 'sales-value', newer);
  const bytes = writer.encode(value);
  await reader.prepare([null, bytes, Buffer.from('not framed')]);
  return reader.decode(bytes);
}

it('gives a field that was added its default', async () => {
  const newer = schema(
    id,
    { name: 'note', type: ['null', 'string'], default: null },
    { name: 'n', type: 'int', default: 7 },
  );
  expect(await evolve(schema(id), newer, { id: 'a' })).toEqual({ id: 'a', note: null, n: 7 });
});

it('gives every record its own default', async () => {
  const registry = memoryRegistry();
  const set = { name: 'tags', type: { type: 'array', logicalType: 'set', items: 'string' }, default: [] };
  const writer = await openSerde<{ id: string }>(registry, 'sales-value', schema(id));
  const reader = await openSerde<{ tags: Set<string> }>(registry, 'sales-value', schema(id, set));
  const bytes = writer.encode({ id: 'a' });
  await reader.prepare([bytes]);
  reader.decode(bytes).tags.add('x');
  expect(reader.decode(bytes).tags).toEqual(new Set());
});

it('leaves out a field that was removed', async () => {
  const older = schema({ name: 'old', type: 'string' }, id, { name: 'tail', type: { type: 'array', items: 'long' } });
  expect(await evolve(older, schema(id), { old: 'x', id: 'a', tail: [1, 2] })).toEqual({ id: 'a' });
});

it.each([
  ['int', 'long', 5],
  ['int', 'double', 5],
  ['long', 'double', 2 ** 40],
])('promotes %s to %s', async (from, to, n) => {
  expect(await evolve(schema({ name: 'n', type: from }), schema({ name: 'n', type: to }), { n })).toEqual({ n });
});

it('makes a field nullable', async () => {
  expect(await evolve(schema(id), schema({ name: 'id', type: ['null', 'string'] }), { id: 'a' })).toEqual({ id: 'a' });
});

it('reads a symbol that is no longer there as the default of the enum', async () => {
  const state = (...symbols: string[]) => ({ type: 'enum', name: 'State', symbols, default: symbols[0] });
  const older = schema({ name: 'state', type: state('UNKNOWN', 'OPEN', 'LOST') });
  const newer = schema({ name: 'state', type: state('UNKNOWN', 'OPEN', 'PAID') });
  expect(await evolve(older, newer, { state: 'LOST' })).toEqual({ state: 'UNKNOWN' });
  expect(await evolve(older, newer, { state: 'OPEN' })).toEqual({ state: 'OPEN' });
});

it('follows a renamed field by its alias', async () => {
  const newer = schema({ name: 'saleId', type: 'string', aliases: ['id'] });
  expect(await evolve(schema(id), newer, { id: 'a' })).toEqual({ saleId: 'a' });
});

it('reads a plain list as a set', async () => {
  const older = schema({ name: 'tags', type: { type: 'array', items: 'string' } });
  const newer = schema({ name: 'tags', type: { type: 'array', logicalType: 'set', items: 'string' } });
  expect(await evolve(older, newer, { tags: ['a', 'b', 'a'] })).toEqual({ tags: new Set(['a', 'b']) });
});

it('keeps reading sets and counts when other fields come', async () => {
  const count = {
    type: 'record',
    name: 'Count',
    fields: [
      { name: 'key', type: 'string' },
      { name: 'count', type: 'long' },
    ],
  };
  const fields = [
    { name: 'tags', type: { type: 'array', logicalType: 'set', items: 'string' } },
    { name: 'counts', type: { type: 'array', logicalType: 'counts', items: count } },
  ];
  const value = { tags: new Set(['a']), counts: new Map([['a', 1]]) };
  const newer = schema({ name: 'n', type: 'int', default: 0 }, ...fields);
  expect(await evolve(schema(...fields), newer, value)).toEqual({ n: 0, ...value });
});

it('says so when a record comes from a schema that this one cannot read', async () => {
  const registry = memoryRegistry();
  const other = await openSerde<object>(registry, 'others-value', {
    type: 'record',
    name: 'Other',
    fields: [{ name: 'x', type: 'int' }],
  });
  const sales = await openSerde<object>(registry, 'sales-value', schema(id));
  const bytes = other.encode({ x: 1 });
  expect(() => sales.decode(bytes)).toThrow(expect.objectContaining({ code: 'UNKNOWN_SCHEMA' }));
  await sales.prepare([bytes]);
  expect(() => sales.decode(bytes)).toThrow(expect.objectContaining({ code: 'INCOMPATIBLE' }));
});

it('leaves ids that nobody knows to decode', async () => {
  const sales = await openSerde<object>(memoryRegistry(), 'sales-value', schema(id));
  const bytes = Buffer.from([0, 0, 0, 0, 99, 0]);
  await sales.prepare([bytes]);
  expect(() => sales.decode(bytes)).toThrow(expect.objectContaining({ code: 'UNKNOWN_SCHEMA' }));
});
