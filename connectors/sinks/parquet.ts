import { constants, zstdCompressSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import type { ColumnType, FileColumn } from './file-schema.ts';
import type { SinkRecord } from './sink.ts';

/** How a column type is stored, and what hyparquet-writer wants for a value of it. */
interface Storage {
  readonly element: Omit<SchemaElement, 'name'>;
  readonly store?: (value: unknown) => unknown;
}

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;

const storages: Readonly<Record<ColumnType, Storage>> = {
  string: { element: text },
  json: { element: text, store: (value) => JSON.stringify(value) },
  int: { element: { type: 'INT32' } },
  long: { element: { type: 'INT64' }, store: toBigInt },
  'timestamp-millis': {
    element: {
      type: 'INT64',
      converted_type: 'TIMESTAMP_MILLIS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
    },
    store: toBigInt,
  },
  'timestamp-micros': {
    element: {
      type: 'INT64',
      converted_type: 'TIMESTAMP_MICROS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    },
    store: toBigInt,
  },
  date: { element: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } } },
  float: { element: { type: 'FLOAT' } },
  double: { element: { type: 'DOUBLE' } },
  boolean: { element: { type: 'BOOLEAN' } },
  bytes: { element: { type: 'BYTE_ARRAY' } },
};

/** zstd halves snappy's size at its speed; every reader of today has it. Level 1: the gain beyond it is small, the time is not. */
const compression = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const compressors = { ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes, compression) };

/** A Parquet file of the records: one row group, the same bytes for the same records. */
export function parquetFile(columns: readonly FileColumn[], records: readonly SinkRecord[]): Uint8Array {
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    schema: schemaElements(columns),
    columnData: columns.map((column) => ({
      name: column.name,
      data: columnData(column, records),
      // Offsets and times are what queries skip by; bounds of the others cost more than they save.
      statistics: column.name === '_offset' || column.type === 'timestamp-millis',
    })),
    codec: 'ZSTD',
    compressors,
    rowGroupSize: Math.max(1, records.length),
    createdBy: 'ebb',
  });
  return writer.getBytes();
}

function schemaElements(columns: readonly FileColumn[]): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.length },
    ...columns.map(
      ({ name, type, nullable }): SchemaElement => ({
        name,
        repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED',
        ...storages[type].element,
      }),
    ),
  ];
}

function columnData({ type, of }: FileColumn, records: readonly SinkRecord[]): unknown[] {
  const { store } = storages[type];
  if (store === undefined) {
    return records.map(of);
  }
  return records.map((record) => {
    const value = of(record);
    return value === null ? null : store(value);
  });
}

function toBigInt(value: unknown): unknown {
  return typeof value === 'number' ? BigInt(value) : value;
}
