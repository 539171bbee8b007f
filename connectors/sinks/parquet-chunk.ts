/** A column of a Parquet file: its values as pages, with or without a dictionary. The same values give the same bytes. */
import { constants, zstdCompressSync } from 'node:zlib';
import type { ColumnChunk, CompressionCodec, ParquetType, Statistics } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { dictionaryOf } from './parquet-dictionary.ts';
import { writePlainValues } from './parquet-plain.ts';

export interface ColumnValues {
  readonly name: string;
  readonly type: ParquetType;
  /** Those that are not null. */
  readonly values: readonly unknown[];
  /** For each row 1, or 0 where it is null; `undefined` when no row is. */
  readonly levels: number[] | undefined;
  /** Whether the least and the greatest value are written down; for numbers only. */
  readonly bounds: boolean;
}

/** Bytes of values from which a compressor is worth its start, some 40 µs. */
const worthCompressing = 2_048;

/** zstd makes files half of snappy's size in the same time; readers of today have it. Level 1: more gains little. */
const params = { [constants.ZSTD_c_compressionLevel]: 1 };

/** Written anew for every page, as nothing here waits. */
const levelBytes = new ByteWriter();
const dictionaryBytes = new ByteWriter();
const valueBytes = new ByteWriter();

/** Appends the pages of a column of `rows` rows to the file, and says what its footer needs to know of them. */
export function writeChunk(file: ByteWriter, column: ColumnValues, rows: number): ColumnChunk {
  const { name, type, values, levels } = column;
  for (const bytes of [levelBytes, dictionaryBytes, valueBytes]) {
    empty(bytes);
  }
  if (levels !== undefined) {
    writeRleBitPackedHybrid(levelBytes, levels, 1);
  }
  const dictionary = dictionaryOf(type, values);
  if (dictionary === undefined) {
    writePlainValues(valueBytes, type, values);
  } else {
    writePlainValues(dictionaryBytes, type, dictionary.values);
    const width = Math.ceil(Math.log2(dictionary.values.length));
    valueBytes.appendUint8(width);
    writeRleBitPackedHybrid(valueBytes, dictionary.indexes, width);
  }
  const codec = dictionaryBytes.offset + valueBytes.offset < worthCompressing ? 'UNCOMPRESSED' : 'ZSTD';
  const start = file.offset;
  let packed = 0;
  if (dictionary !== undefined) {
    const page = compressed(dictionaryBytes, codec);
    packed += dictionaryBytes.offset - page.length;
    writePageHeader(file, {
      type: 'DICTIONARY_PAGE',
      uncompressed_page_size: dictionaryBytes.offset,
      compressed_page_size: page.length,
      dictionary_page_header: { num_values: dictionary.values.length, encoding: 'PLAIN' },
    });
    file.appendBytes(page);
  }
  const encoding = dictionary === undefined ? 'PLAIN' : 'RLE_DICTIONARY';
  const page = compressed(valueBytes, codec);
  packed += valueBytes.offset - page.length;
  const dataStart = file.offset;
  writePageHeader(file, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: levelBytes.offset + valueBytes.offset,
    compressed_page_size: levelBytes.offset + page.length,
    data_page_header_v2: {
      num_values: rows,
      num_nulls: rows - values.length,
      num_rows: rows,
      encoding,
      definition_levels_byte_length: levelBytes.offset,
      repetition_levels_byte_length: 0,
      is_compressed: true,
    },
  });
  file.appendBytes(levelBytes.getBytes());
  file.appendBytes(page);
  return {
    file_offset: BigInt(start),
    meta_data: {
      type,
      encodings: dictionary === undefined ? ['PLAIN'] : ['PLAIN', 'RLE_DICTIONARY'],
      path_in_schema: [name],
      codec,
      num_values: BigInt(rows),
      total_compressed_size: BigInt(file.offset - start),
      total_uncompressed_size: BigInt(file.offset - start + packed),
      data_page_offset: BigInt(dataStart),
      ...(dictionary === undefined ? {} : { dictionary_page_offset: BigInt(start) }),
      ...(column.bounds ? { statistics: boundsOf(column, rows) } : {}),
    },
  };
}

function empty(bytes: ByteWriter): void {
  bytes.offset = 0;
  bytes.index = 0;
}

function compressed(bytes: ByteWriter, codec: CompressionCodec): Uint8Array {
  const plain = bytes.getBytes();
  // What comes out is seldom larger than what goes in: a chunk of that size spares the 16 KB that it is otherwise.
  return codec === 'ZSTD' ? zstdCompressSync(plain, { params, chunkSize: Math.max(64, plain.length) }) : plain;
}

function boundsOf({ values }: ColumnValues, rows: number): Statistics {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (typeof value === 'number') {
      least = value < least ? value : least;
      greatest = value > greatest ? value : greatest;
    }
  }
  const nulls = { null_count: BigInt(rows - values.length) };
  return least > greatest ? nulls : { min_value: BigInt(least), max_value: BigInt(greatest), ...nulls };
}
