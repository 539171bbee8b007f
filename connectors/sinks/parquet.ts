import { constants, zstdCompressSync } from 'node:zlib';
import type { CompressionCodec, Encoding, SchemaElement } from 'hyparquet';
import { ByteWriter, type ColumnSource, parquetWrite } from 'hyparquet-writer';
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

/** zstd makes files half of snappy's size in the same time; readers of today have it. Level 1: more gains little. */
const compression = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const compressors = { ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes, compression) };

/** A Parquet file of the records: one row group, the same bytes for the same records. */
export function parquetFile(columns: readonly FileColumn[], records: readonly SinkRecord[]): Uint8Array {
  const writer = new ByteWriter(4_096);
  parquetWrite({
    writer,
    schema: schemaElements(columns),
    columnData: columns.map((column) => columnSource(column, records)),
    compressors,
    rowGroupSize: Math.max(1, records.length),
    createdBy: 'ebb',
  });
  return writer.getBytes();
}

/** Rows below which a column's dictionary and indexes, or its plain values, are too small to be worth a compressor's start. */
const smallFile = { dictionary: 4_096, plain: 64 };

function codecFor(encoding: Encoding | undefined, rows: number): CompressionCodec {
  return rows < (encoding === 'PLAIN' ? smallFile.plain : smallFile.dictionary) ? 'UNCOMPRESSED' : 'ZSTD';
}

function columnSource(column: FileColumn, records: readonly SinkRecord[]): ColumnSource {
  const data = columnData(column, records);
  const encoding = encodingOf(column, data);
  return {
    name: column.name,
    data: encoding === 'PLAIN' && column.type === 'string' ? data.map(toBytes) : data,
    codec: codecFor(encoding, records.length),
    // Offsets and times are what queries skip by; bounds of the others cost more than they save.
    statistics: column.name === '_offset' || column.type === 'timestamp-millis',
    // Without a word the writer tries a dictionary for every column, most of its time.
    ...(encoding === undefined ? {} : { encoding }),
  };
}

const sampled = 20;

/** A dictionary where a few values repeat, judged by some of them; `undefined` leaves booleans to the writer. */
function encodingOf({ type }: FileColumn, data: readonly unknown[]): Encoding | undefined {
  if (type === 'boolean') {
    return undefined;
  }
  if (type !== 'string') {
    return 'PLAIN';
  }
  const step = Math.max(1, Math.floor(data.length / sampled));
  const seen = new Set<unknown>();
  let values = 0;
  for (let index = 0; index < data.length; index += step) {
    const value = data[index];
    if (value !== null) {
      seen.add(value);
      values += 1;
    }
  }
  return seen.size * 2 > values || values === 0 ? 'PLAIN' : 'RLE_DICTIONARY';
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

/** Small Buffers share a pool, which spares most of what encoding a string costs. */
function toBytes(value: unknown): unknown {
  return typeof value === 'string' ? Buffer.from(value) : value;
}

function toBigInt(value: unknown): unknown {
  return typeof value === 'number' ? BigInt(value) : value;
}
