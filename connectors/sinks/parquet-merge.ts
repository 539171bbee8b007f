/** Several Parquet files as one: the rows in their order, the columns with their types, in larger row groups. */
import {
  type AsyncBuffer,
  type ColumnChunk,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  type RowGroup,
  type SchemaElement,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { writeChunk } from './parquet-chunk.ts';

/** Rows of a group, at least, but in the last. */
const groupRows = 100_000;
const magic = 0x31524150;
const magicBytes = 4;

export interface MergedFile {
  readonly rows: number;
  readonly whole: Uint8Array;
  /** What makes the same file of `before` bytes of other Parquet files when it is put behind them: their rows are not read then. */
  tailBehind(before: number): Uint8Array;
}

/** How many of the files, from the first on, have columns of the same types wherever they have the same columns. */
export async function alikeFrom(files: readonly Uint8Array[]): Promise<number> {
  const types = new Map<string, string>();
  for (const [index, file] of files.entries()) {
    for (const element of columnsIn(await metadataOf(file))) {
      const { repetition_type: _, ...type } = element;
      const [name, text] = [element.name, JSON.stringify(type)];
      if ((types.get(name) ?? text) !== text) {
        return index;
      }
      types.set(name, text);
    }
  }
  return files.length;
}

/** The rows of the files, one file's after the other's. Columns that a file lacks are null in its rows. */
export async function mergeParquet(files: readonly Uint8Array[]): Promise<MergedFile> {
  const parts = await Promise.all(files.map(async (bytes) => ({ bytes, metadata: await metadataOf(bytes) })));
  const schema = unionOf(parts.map(({ metadata }) => columnsIn(metadata)));
  const writer = new ByteWriter(1 << 20);
  writer.appendUint32(magic);
  const groups: RowGroup[] = [];
  let open = emptyGroup(schema);
  const flush = () => {
    const start = writer.offset;
    const columns = open.columns.map((column) => writeChunk(writer, column, open.rows));
    const size = columns.reduce((sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n), 0n);
    const [rows, packed] = [BigInt(open.rows), BigInt(writer.offset - start)];
    groups.push({ columns, total_byte_size: size, num_rows: rows, total_compressed_size: packed });
    open = emptyGroup(schema);
  };
  for (const { bytes, metadata } of parts) {
    const scan = await parquetScan({ file: bufferOf(bytes), metadata: plainly(metadata), compressors, utf8: false });
    for (const { rowStart, rowEnd } of scan.ranges) {
      for (const column of open.columns) {
        const there = metadata.schema.some(({ name }, index) => index > 0 && name === column.name);
        const values = there ? await scan.readColumn({ column: column.name, rowStart, rowEnd }) : undefined;
        append(column, values, rowEnd - rowStart);
      }
      open.rows += rowEnd - rowStart;
      if (open.rows >= groupRows) {
        flush();
      }
    }
  }
  if (open.rows > 0) {
    flush();
  }
  const chunks = writer.getBytes();
  const rows = groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  return {
    rows,
    whole: Buffer.concat([chunks, footer(schema, groups, rows)]),
    tailBehind: (before) =>
      Buffer.concat([chunks.subarray(magicBytes), footer(schema, groups.map(movedBy(before - magicBytes)), rows)]),
  };
}

interface OpenColumn {
  readonly name: string;
  readonly type: NonNullable<SchemaElement['type']>;
  readonly values: unknown[];
  readonly levels: number[] | undefined;
  readonly bounds: boolean;
}

function emptyGroup(schema: readonly SchemaElement[]): { rows: number; readonly columns: readonly OpenColumn[] } {
  const columns = schema.map(
    ({ name, type = 'BYTE_ARRAY', repetition_type, converted_type }): OpenColumn => ({
      name,
      type,
      values: [],
      levels: repetition_type === 'REQUIRED' ? undefined : [],
      bounds: name === '_offset' || converted_type === 'TIMESTAMP_MILLIS',
    }),
  );
  return { rows: 0, columns };
}

/** Hot: every value of every file. @param values of `rows` rows; `undefined`: all null */
function append({ values: to, levels, type }: OpenColumn, values: ArrayLike<unknown> | undefined, rows: number): void {
  for (let row = 0; row < rows; row += 1) {
    const value = values?.[row] ?? null;
    levels?.push(value === null ? 0 : 1);
    if (value !== null) {
      to.push(type === 'INT64' ? asNumber(value) : value);
    }
  }
}

/** Numbers repeat and compare at less cost; what they cannot hold stays as it is. */
function asNumber(value: unknown): unknown {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function columnsIn({ schema }: FileMetaData): readonly SchemaElement[] {
  return schema.slice(1);
}

/** Each column once, in the order of the files; one that a file lacks may be null. */
function unionOf(files: readonly (readonly SchemaElement[])[]): readonly SchemaElement[] {
  const union = new Map<string, SchemaElement>();
  for (const columns of files) {
    for (const element of columns) {
      const known = union.get(element.name);
      if (known?.repetition_type !== 'OPTIONAL') union.set(element.name, element);
    }
  }
  const everywhere = (name: string) => files.every((columns) => columns.some((element) => element.name === name));
  return Array.from(union.values(), (element) =>
    everywhere(element.name) ? element : { ...element, repetition_type: 'OPTIONAL' },
  );
}

/** Text as text, and all else as it is stored: what a type means is not to be lost on the way. */
function plainly(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map((element) => {
    const { converted_type, logical_type: _, ...stored } = element;
    return converted_type === 'UTF8' ? element : stored;
  });
  return { ...metadata, schema };
}

function footer(schema: readonly SchemaElement[], groups: readonly RowGroup[], rows: number): Uint8Array {
  const writer = new ByteWriter();
  const root: SchemaElement = { name: 'root', num_children: schema.length };
  const metadata = {
    version: 2,
    created_by: 'ebb',
    schema: [root, ...schema],
    num_rows: BigInt(rows),
    row_groups: [...groups],
    metadata_length: 0,
  };
  writeMetadata(writer, metadata);
  writer.appendUint32(magic);
  return writer.getBytes();
}

function movedBy(bytes: number): (group: RowGroup) => RowGroup {
  const moved = (offset: bigint) => offset + BigInt(bytes);
  const chunk = ({ file_offset, meta_data, ...others }: ColumnChunk): ColumnChunk => {
    if (meta_data === undefined) {
      throw new RangeError('a column chunk that was just written has its metadata');
    }
    const { data_page_offset, dictionary_page_offset: dictionary } = meta_data;
    const places = { data_page_offset: moved(data_page_offset) };
    const first = dictionary === undefined ? {} : { dictionary_page_offset: moved(dictionary) };
    return { ...others, file_offset: moved(file_offset), meta_data: { ...meta_data, ...places, ...first } };
  };
  return (group) => ({ ...group, columns: group.columns.map(chunk) });
}

function metadataOf(bytes: Uint8Array): Promise<FileMetaData> {
  return parquetMetadataAsync(bufferOf(bytes));
}

function bufferOf(bytes: Uint8Array): AsyncBuffer {
  return { byteLength: bytes.length, slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer };
}
