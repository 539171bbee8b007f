/** The files that a range of a partition becomes: the same names and bytes whenever it is put, in whatever store. */
import { avroContainer } from './avro-container.ts';
import { datesOf, type FileColumn, fileColumns } from './file-schema.ts';
import { nameOf } from './lake-names.ts';
import { parquetFile } from './parquet.ts';
import type { SinkBatch, SinkRecord } from './sink.ts';

export type FileFormat = 'parquet' | 'avro';

/** One file of a range: its records of one date. */
export interface RangeFile {
  /** Its folder within the topic's: `date=2010-12-01`, by event time (UTC). */
  readonly date: string;
  /** `<partition>-<first>-<last>.parquet`, of the whole range. */
  readonly name: string;
  readonly bytes: () => Uint8Array;
}

const encoders: Readonly<
  Record<FileFormat, (name: string, columns: readonly FileColumn[], records: readonly SinkRecord[]) => Uint8Array>
> = {
  parquet: (_name, columns, records) => parquetFile(columns, records),
  avro: avroContainer,
};

/** One file for each date in a range; encoded when its bytes are asked for. */
export function rangeFiles(range: SinkBatch, format: FileFormat, shopCurrency?: string): readonly RangeFile[] {
  const { partition, first, next } = range;
  const name = nameOf({ partition, first, last: next - 1, format });
  const byDate = Map.groupBy(range.records, datesOf(range.schema));
  return Array.from(byDate, ([date, records]) => ({
    date,
    name,
    bytes() {
      const tombstones = records.some((record) => record.value === null);
      return encoders[format](`${range.topic}/${date}/${name}`, fileColumns(range, tombstones, shopCurrency), records);
    },
  }));
}
