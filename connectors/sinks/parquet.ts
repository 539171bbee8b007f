import type { ColumnChunk, SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnType, FileColumn } from './file-schema.ts';
import { decimal } from './money.ts';
import { type ColumnValues, writeChunk } from './parquet-chunk.ts';
import type { SinkRecord } from './sink.ts';

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;

/** How a column type is stored. */
const elements: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'> & Pick<ColumnValues, 'type'>>> = {
  string: text,
  json: text,
  int: { type: 'INT32' },
  long: { type: 'INT64' },
  'timestamp-millis': {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
  'timestamp-micros': {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  date: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  float: { type: 'FLOAT' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  bytes: { type: 'BYTE_ARRAY' },
  decimal: {
    type: 'INT64',
    converted_type: 'DECIMAL',
    logical_type: { type: 'DECIMAL', ...decimal },
    ...decimal,
  },
};

/**
 * A Parquet file of the records: one row group, one page a column, the same bytes for the same records. hyparquet-writer
 * writes all but the values themselves: its way to them, value by value through four lists, took most of a replay's sinks.
 */
export function parquetFile(columns: readonly FileColumn[], records: readonly SinkRecord[]): Uint8Array {
  const writer = new ByteWriter(16_384);
  const values = columns.map((column) => valuesOf(column, records));
  const file = new ParquetWriter({ writer, schema: schemaElements(columns, values), createdBy: 'ebb' });
  const start = writer.offset;
  const chunks = values.map((column) => writeChunk(writer, column, records.length));
  file.num_rows = BigInt(records.length);
  file.row_groups.push({
    columns: chunks,
    total_byte_size: chunks.reduce(uncompressed, 0n),
    num_rows: file.num_rows,
    total_compressed_size: BigInt(writer.offset - start),
  });
  file.finish();
  return writer.getBytes();
}

function uncompressed(sum: bigint, { meta_data }: ColumnChunk): bigint {
  return sum + (meta_data?.total_uncompressed_size ?? 0n);
}

/** Hot: every value of every file. */
function valuesOf({ name, type, of }: FileColumn, records: readonly SinkRecord[]): ColumnValues {
  // As long as they may become: lists that grow are copied over and over.
  const values = new Array<unknown>(records.length);
  let levels: number[] | undefined;
  let count = 0;
  let row = 0;
  for (const record of records) {
    const value = of(record);
    if (value === null) {
      levels ??= new Array<number>(records.length).fill(1);
      levels[row] = 0;
    } else {
      values[count] = type === 'json' ? JSON.stringify(value) : value;
      count += 1;
    }
    row += 1;
  }
  values.length = count;
  // Offsets and times are what queries skip by; bounds of the others cost more than they save.
  return {
    name,
    type: elements[type].type,
    values,
    levels,
    bounds: name === '_offset' || type === 'timestamp-millis',
  };
}

/** A column that may be null and never is says so, as readers have less to do then. */
function schemaElements(columns: readonly FileColumn[], values: readonly ColumnValues[]): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.length },
    ...columns.map(
      ({ name, type }, index): SchemaElement => ({
        name,
        repetition_type: values[index]?.levels === undefined ? 'REQUIRED' : 'OPTIONAL',
        ...elements[type],
      }),
    ),
  ];
}
