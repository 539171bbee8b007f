import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BatchBuilder, damageOf, decodeBatch, encodeBatches, scanBatch } from './batch-codec.ts';
import type { NewRecord } from './log.ts';

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const record: fc.Arbitrary<NewRecord> = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.option(fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 8 }), bytes, { maxKeys: 3 }), {
    nil: undefined,
  }),
});

function plain({ key, value, headers }: NewRecord) {
  return { key, value, headers: Object.entries(headers ?? {}) };
}

test('what is encoded is decoded, cut anywhere', () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 40 }),
      fc.nat(2 ** 40),
      fc.nat(45),
      (records, base, skip) => {
        const [batch, ...others] = encodeBatches({ topic: 't', partition: 0, records }, 1_700_000_000);
        expect(others).toEqual([]);
        if (batch === undefined) throw new Error('one batch');
        expect(damageOf(batch.blob)).toBeUndefined();
        const decoded = decodeBatch(batch.blob, base, base + skip, base + 30);
        const expected = records.map((each, i) => ({ offset: base + i, ...plain(each) })).slice(skip, 30);
        expect(decoded.map((each) => ({ offset: each.offset, ...plain(each) }))).toEqual(expected);
      },
    ),
  );
});

test('records copied with gaps keep their offsets and bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(record, fc.boolean()), { minLength: 1, maxLength: 40 }), (choices) => {
      const records = choices.map(([each]) => each);
      const kept = choices.flatMap(([each, keep], i) => (keep ? [{ offset: 7 + i, ...plain(each) }] : []));
      const [batch] = encodeBatches({ topic: 't', partition: 0, records }, 1);
      if (batch === undefined) throw new Error('one batch');
      const builder = new BatchBuilder();
      let expected = kept[0]?.offset ?? 0;
      scanBatch(batch.blob, 7, ({ offset, bodyStart, bodyEnd }) => {
        if (!choices[offset - 7]?.[1]) return;
        builder.copy(offset - expected, batch.blob, bodyStart, bodyEnd);
        expected = offset + 1;
      });
      const { blob } = builder.finish();
      const decoded = decodeBatch(blob, kept[0]?.offset ?? 0, 0, Number.POSITIVE_INFINITY);
      expect(decoded.map((each) => ({ offset: each.offset, ...plain(each) }))).toEqual(kept);
    }),
  );
});

test('a batch holds at most a thousand records, or about a megabyte', () => {
  const small = Array.from({ length: 2_500 }, () => ({ key: null, value: Buffer.from('v') }));
  expect(encodeBatches({ topic: 't', partition: 0, records: small }, 1).map(({ count }) => count)).toEqual([
    1_000, 1_000, 500,
  ]);
  const large = Array.from({ length: 4 }, () => ({ key: null, value: Buffer.alloc(600_000) }));
  expect(encodeBatches({ topic: 't', partition: 0, records: large }, 1).map(({ count }) => count)).toEqual([
    1, 1, 1, 1,
  ]);
});

test('any flipped bit is noticed', () => {
  const [batch] = encodeBatches(
    { topic: 't', partition: 0, records: [{ key: Buffer.from('k'), value: Buffer.from('v') }] },
    1,
  );
  const blob = batch?.blob ?? Buffer.alloc(0);
  for (let i = 0; i < blob.length * 8; i++) {
    const flipped = Buffer.from(blob);
    flipped[i >> 3] = (flipped[i >> 3] ?? 0) ^ (1 << (i & 7));
    expect(damageOf(flipped)).toBeDefined();
  }
});
