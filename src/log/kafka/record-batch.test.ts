import fc from 'fast-check';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeByKafkajs from 'kafkajs/src/protocol/recordBatch/v0/decoder.js';
import { describe, expect, test } from 'vitest';
import type { NewRecord } from '../log.ts';
import { crc32c } from './crc32c.ts';
import { type Aborted, BatchError, decodeBatches, encodeBatch } from './record-batch.ts';

const producer = { id: 7n, epoch: 3 };
const none: readonly Aborted[] = [];

const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array));
const header = fc.tuple(fc.string({ minLength: 1, maxLength: 12 }), bytes);
const record: fc.Arbitrary<NewRecord> = fc
  .record({ key: fc.option(bytes), value: fc.option(bytes), headers: fc.array(header, { maxLength: 3 }) })
  .map(({ key, value, headers }) =>
    headers.length === 0 ? { key, value } : { key, value, headers: Object.fromEntries(headers) },
  );

const empty = { key: null, value: null };

/** As a broker keeps it: with the offset that it was given. */
function at(base: number, records: readonly NewRecord[], of = producer): Buffer {
  const batch = encodeBatch(records, of, 0, 'none', 0);
  batch.writeBigInt64BE(BigInt(base), 0);
  return batch;
}

function texts(count: number, name: string): NewRecord[] {
  return Array.from({ length: count }, (_, i) => ({ key: null, value: Buffer.from(`${name}${i}`) }));
}

/** The end of a transaction: a control batch whose record's key is version 0 and type 0 (abort) or 1 (commit). */
function marker(base: number, type: 0 | 1, of = producer): Buffer {
  const batch = at(base, [{ key: Buffer.from([0, 0, 0, type]), value: Buffer.alloc(6) }], of);
  batch.writeInt16BE(0x30, 21);
  return batch;
}

describe('record batches', () => {
  test('come back as they were, whatever their compression', () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 60 }),
        fc.constantFrom('none' as const, 'gzip' as const, 'zstd' as const),
        (records, compression) => {
          const batch = encodeBatch(records, producer, 5, compression, 1_000);
          const { records: read, next } = decodeBatches({ bytes: batch, aborted: none }, 0);
          expect(next).toBe(records.length);
          expect(read.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual(records);
        },
      ),
      { examples: [[[{ ...empty, headers: Object.fromEntries([['__proto__', Buffer.from('x')]]) }], 'none']] },
    );
  });

  test('are read by kafkajs', async () => {
    const records = [
      { key: Buffer.from('k'), value: Buffer.from('v'), headers: { h: Buffer.from('x') } },
      { key: null, value: null },
      { key: Buffer.from('long'), value: Buffer.alloc(300, 'y') },
    ];
    const read = await decodeByKafkajs(new Decoder(encodeBatch(records, producer, 9, 'none', 1_234)));
    expect(read).toMatchObject({ inTransaction: true, producerId: '7', producerEpoch: 3, firstSequence: 9 });
    expect(read.records.map(({ key, value }) => [key, value])).toEqual(records.map(({ key, value }) => [key, value]));
    expect(read.records.map(({ timestamp }) => timestamp)).toEqual(['1234', '1234', '1234']);
  });

  test('are read from an offset in their middle', () => {
    const { records, next } = decodeBatches({ bytes: at(10, texts(5, 'a')), aborted: none }, 13);
    expect(records.map(({ offset }) => offset)).toEqual([13, 14]);
    expect(next).toBe(15);
  });

  test('that are cut off are left for the next fetch', () => {
    const whole = at(0, texts(3, 'a'));
    const cut = at(3, texts(3, 'b'));
    const both = Buffer.concat([whole, cut.subarray(0, cut.length - 1)]);
    const { records, next } = decodeBatches({ bytes: both, aborted: none }, 0);
    expect(records).toHaveLength(3);
    expect(next).toBe(3);
    expect(decodeBatches({ bytes: cut.subarray(0, 40), aborted: none }, 3).next).toBeUndefined();
  });

  test('are refused when a bit has changed', () => {
    const batch = at(0, texts(3, 'a'));
    batch[batch.length - 2] = (batch[batch.length - 2] ?? 0) ^ 1;
    expect(() => decodeBatches({ bytes: batch, aborted: none }, 0)).toThrow(BatchError);
  });
});

test('a record whose value goes on behind its end is refused, though the checksum fits', () => {
  const batch = at(0, texts(2, 'a'));
  // Length, attributes, time, offset and key take a byte each.
  const valueLength = 61 + 5;
  expect(batch[valueLength]).toBe(2 << 1);
  batch[valueLength] = 9 << 1;
  batch.writeUInt32BE(crc32c(batch, 21), 17);
  expect(() => decodeBatches({ bytes: batch, aborted: none }, 0)).toThrow(BatchError);
});

describe('transactions that were aborted', () => {
  const other = { id: 8n, epoch: 0 };
  const log = Buffer.concat([
    at(0, texts(2, 'lost')),
    at(2, texts(2, 'other'), other),
    marker(4, 0),
    at(5, texts(2, 'kept')),
    marker(7, 1),
    marker(8, 1, other),
  ]);

  test('are skipped, and what the same producer commits later is not', () => {
    const { records, next } = decodeBatches({ bytes: log, aborted: [{ producer: 7n, first: 0 }] }, 0);
    expect(records.map(({ value }) => `${value}`)).toEqual(['other0', 'other1', 'kept0', 'kept1']);
    expect(next).toBe(9);
  });

  test('are skipped also where decoding went on later', () => {
    const many = Buffer.concat([
      at(0, texts(4_000, 'lost')),
      at(4_000, texts(4_100, 'first'), other),
      at(8_100, texts(2, 'lost')),
      marker(8_102, 0),
      at(8_103, texts(1, 'kept')),
    ]);
    const first = decodeBatches({ bytes: many, aborted: [{ producer: 7n, first: 0 }] }, 0);
    expect(first.records).toHaveLength(4_100);
    expect(first.rest).toBeDefined();
    const second = decodeBatches(first.rest ?? { bytes: many, aborted: none }, first.next ?? 0);
    expect(second.records.map(({ value }) => `${value}`)).toEqual(['kept0']);
    expect(second.next).toBe(8_104);
  });
});
