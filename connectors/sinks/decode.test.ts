import type { Schema } from 'avsc';
import { describe, expect, it } from 'vitest';
import { memoryRegistry } from '../../src/avro/memory-registry.ts';
import { openSerde } from '../../src/avro/serde.ts';
import { openDecoder } from './decode.ts';

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
    const newest = await openDecoder(registry, undefined)(from, records);
    expect(newest.records.map(({ key, value }) => [key, value && { ...value }])).toEqual([
      ['k', { a: 'x', b: null }],
      [null, { a: 'y', b: 2 }],
      ['k', null],
    ]);
    expect(newest.schema).toEqual(await registry.schemaOf(after.id));
    const asked = await openDecoder(registry, v1)(from, records.slice(0, 2));
    expect(asked.records.map(({ value }) => ({ ...value }))).toEqual([{ a: 'x' }, { a: 'y' }]);
  });

  it('names topic, partition and offset of a record that it cannot read', async () => {
    await using registry = memoryRegistry();
    const serde = await openSerde<object>(registry, 's', v1);
    const decode = openDecoder(registry, undefined);
    const good = { offset: 6, key: null, value: serde.encode({ a: 'x' }) };
    const torn = { offset: 7, key: null, value: good.value.subarray(0, 6) };
    const foreign = { offset: 8, key: null, value: Buffer.from('{"a":1}') };
    await expect(decode(from, [good, torn])).rejects.toMatchObject({
      code: 'BAD_RECORD',
      message: expect.stringContaining('raw.tills/1 offset 7'),
    });
    for (const records of [[good, foreign], [foreign]]) {
      await expect(decode(from, records)).rejects.toMatchObject({
        code: 'BAD_RECORD',
        message: expect.stringContaining('raw.tills/1 offset 8'),
      });
    }
  });
});
