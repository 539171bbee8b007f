import type { Schema } from 'avsc';
import { describe, expect, it } from 'vitest';
import { memoryRegistry } from '../../src/avro/memory-registry.ts';
import { openSerde } from '../../src/avro/serde.ts';
import { openDecoder, whole } from './decode.ts';

const from = { topic: 'raw.tills', partition: 1 };
const v1: Schema = { type: 'record', name: 'Row', fields: [{ name: 'a', type: 'string' }] };
const v2: Schema = {
  type: 'record',
  name: 'Row',
  fields: [
    { name: 'a', type: 'string' },
    { name: 'b', type: ['null', 'int'], default: null },
  ],
};

describe('decoding for a sink', () => {
  it('reads into the newest schema among the records, or into the one asked for', async () => {
    await using registry = memoryRegistry();
    const before = await openSerde<object>(registry, 's', v1);
    const after = await openSerde<object>(registry, 's', v2);
    const records = [
      { offset: 0, key: Buffer.from('k'), value: before.encode({ a: 'x' }) },
      { offset: 1, key: null, value: after.encode({ a: 'y', b: 2 }) },
      { offset: 2, key: Buffer.from('k'), value: null },
    ];
    const newest = await openDecoder(registry, undefined)(records);
    expect(newest.records.map(({ key, value }) => [key, value && { ...value }])).toEqual([
      ['k', { a: 'x', b: null }],
      [null, { a: 'y', b: 2 }],
      ['k', null],
    ]);
    expect(newest.schema).toEqual(await registry.schemaOf(after.id));
    const asked = await openDecoder(registry, v1)(records.slice(0, 2));
    expect(asked.records.map(({ value }) => ({ ...value }))).toEqual([{ a: 'x' }, { a: 'y' }]);
  });

  it('gives the others beside what it cannot read, and says why', async () => {
    await using registry = memoryRegistry();
    const serde = await openSerde<object>(registry, 's', v1);
    const other = await openSerde<object>(registry, 'o', { ...Object(v1), name: 'Other' });
    const good = { offset: 6, key: null, value: serde.encode({ a: 'x' }) };
    const bad = [
      { offset: 7, key: null, value: good.value.subarray(0, 6) },
      { offset: 8, key: null, value: Buffer.from('{"a":1}') },
      { offset: 9, key: null, value: Buffer.from([0, 0, 0, 3, 231, 0]) },
      // Also when it is the newest.
      { offset: 10, key: null, value: other.encode({ a: 'z' }) },
      { offset: 11, key: null, value: null },
    ];
    const decoded = await openDecoder(registry, undefined, false)([good, { ...good, offset: 5 }, ...bad]);
    expect(decoded.records.map(({ offset }) => offset)).toEqual([6, 5]);
    expect(decoded.refused.map(({ record, code }) => [record.offset, code])).toEqual([
      [7, 'UNREADABLE'],
      [8, 'NOT_FRAMED'],
      [9, 'UNKNOWN_SCHEMA'],
      [10, 'INCOMPATIBLE'],
      [11, 'TOMBSTONE'],
    ]);
    expect(() => whole(decoded, from)).toThrow('raw.tills/1 offset 7');
    const unknown = await openDecoder(registry, undefined)(bad.slice(2, 3));
    expect(unknown.refused.map(({ code }) => code)).toEqual(['UNKNOWN_SCHEMA']);
  });
});
