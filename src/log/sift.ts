import { BatchBuilder, type Located, scanBatch } from './batch-codec.ts';

export interface KeptBatch {
  /** Offset of its first record. */
  readonly base: number;
  /** Offset after its last record. */
  readonly next: number;
  readonly blob: Buffer;
}

export interface StoredBatch extends KeptBatch {
  readonly id: number;
}

/** Copies the records that are to be kept into as few batches as possible. Offsets stay. */
export function sift(
  batches: readonly StoredBatch[],
  isKept: (record: Located) => boolean,
): { readonly kept: readonly KeptBatch[]; readonly dropped: number } {
  const builder = new BatchBuilder();
  const kept: KeptBatch[] = [];
  let dropped = 0;
  let base = 0;
  let next = 0;
  for (const { blob, base: first } of batches) {
    scanBatch(blob, first, (record) => {
      if (!isKept(record)) {
        dropped++;
        return;
      }
      if (!builder.fits(record.bodyEnd - record.bodyStart + 10)) kept.push({ base, next, blob: builder.finish().blob });
      if (builder.count === 0) {
        base = record.offset;
        next = base;
      }
      builder.copy(record.offset - next, blob, record.bodyStart, record.bodyEnd);
      next = record.offset + 1;
    });
  }
  if (builder.count > 0) kept.push({ base, next, blob: builder.finish().blob });
  return { kept, dropped };
}
