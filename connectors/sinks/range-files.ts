/** The files that a range of a partition becomes: the same names and bytes whenever it is put, in whatever store. */
import { avroContainer } from './avro-container.ts';
import { type FileColumn, type FolderSpan, fileColumns, foldersOf } from './file-schema.ts';
import { nameOf } from './lake-names.ts';
import { parquetFile } from './parquet.ts';
import type { SinkBatch, SinkRecord } from './sink.ts';

export type FileFormat = 'parquet' | 'avro';

/** How a range becomes files. */
export interface FileLayout {
  /** Default `parquet`. */
  readonly format?: FileFormat | undefined;
  /** What a folder holds, by event time (UTC); default `day`. */
  readonly by?: FolderSpan | undefined;
}

/** `parquet/day`, as boundaries note it. */
export function layoutName({ format = 'parquet', by = 'day' }: FileLayout): string {
  return `${format}/${by}`;
}

/** One file of a range: its records of one day or month. */
export interface RangeFile {
  /** Its folder within the topic's: `date=2010-12-01` or `month=2010-12`, by event time (UTC). */
  readonly folder: string;
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

/** One file for each day or month in a range; encoded when its bytes are asked for. */
export function rangeFiles(
  range: SinkBatch,
  { format = 'parquet', by = 'day' }: FileLayout,
  shopCurrency?: string,
): readonly RangeFile[] {
  const { partition, first, next } = range;
  const name = nameOf({ partition, first, last: next - 1, format });
  const byFolder = Map.groupBy(range.records, foldersOf(range.schema, by));
  return Array.from(byFolder, ([folder, records]) => ({
    folder,
    name,
    bytes() {
      const tombstones = records.some((record) => record.value === null);
      return encoders[format](
        `${range.topic}/${folder}/${name}`,
        fileColumns(range, tombstones, shopCurrency),
        records,
      );
    },
  }));
}
