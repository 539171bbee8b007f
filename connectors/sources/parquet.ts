import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  type ParquetParsers,
  type ParquetRowRange,
  type ParquetScan,
  parquetMetadataAsync,
  parquetScan,
  type SchemaElement,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { wrongColumns } from './csv.ts';
import { asSourceError, fingerprint } from './file-bytes.ts';
import { type Cell, type Source, SourceError, type SourceRow } from './source.ts';

const BATCH = 2000;
const SLICE = 64 * 1024;

type Convert = (value: unknown) => Cell;

interface Column {
  readonly name: string;
  readonly convert: Convert;
}

/**
 * A Parquet file as a source, read row group by row group. Cells keep their types; 64-bit integers beyond 2^53 are text,
 * decimals exact text, dates and times ISO text, nested values JSON text. The position is the number of the last row.
 * @throws SourceError NOT_FOUND, UNREADABLE, WRONG_COLUMNS
 */
export async function openParquet(file: string, wanted: readonly string[]): Promise<Source> {
  const buffer = await openBuffer(file);
  const metadata = await reading(file, () => parquetMetadataAsync(buffer));
  const columns = columnsOf(metadata);
  const names = columns.map(({ name }) => name);
  const absent = wanted.filter((name) => !names.includes(name));
  if (absent.length > 0) throw wrongColumns(file, absent, names);
  const id = await fingerprint(file);
  const total = Number(metadata.num_rows);
  let done = 0;
  return {
    id,
    name: basename(file),
    columns: names,
    progress: () => ({ done, total, unit: 'rows' }),
    async *read({ from, signal }) {
      done = from === undefined ? 0 : Number(from);
      const scan = await reading(file, () => parquetScan({ file: buffer, metadata, compressors, parsers }));
      for (const { rowStart, rowEnd } of scan.ranges.flatMap(slices)) {
        if (rowEnd <= done) continue;
        if (signal.aborted) return;
        const group = await reading(file, () => readGroup(scan, columns, rowStart, rowEnd));
        for (let start = Math.max(done, rowStart); start < rowEnd; start = done) {
          if (signal.aborted) return;
          const end = Math.min(start + BATCH, rowEnd);
          const rows = rowsOf(group, rowStart, start, end);
          done = end;
          yield { rows, position: String(end) };
        }
      }
    },
  };
}

/** Pieces of a row group whose cells are held at once: groups of a million rows are common. */
function slices({ rowStart, rowEnd }: ParquetRowRange): readonly ParquetRowRange[] {
  const pieces: ParquetRowRange[] = [];
  for (let start = rowStart; start < rowEnd; start += SLICE) {
    pieces.push({ rowStart: start, rowEnd: Math.min(start + SLICE, rowEnd) });
  }
  return pieces;
}

async function openBuffer(file: string): Promise<AsyncBuffer> {
  try {
    if ((await stat(file)).isDirectory()) throw new SourceError('UNREADABLE', `${file} is a directory: name one file`);
    return await asyncBufferFromFile(file);
  } catch (cause) {
    throw asSourceError(file, cause);
  }
}

async function reading<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SourceError('UNREADABLE', `${file} cannot be read as Parquet: ${reason}`, { cause });
  }
}

interface ReadColumn extends Column {
  readonly values: ArrayLike<unknown>;
}

async function readGroup(
  scan: ParquetScan,
  columns: readonly Column[],
  rowStart: number,
  rowEnd: number,
): Promise<readonly ReadColumn[]> {
  const read: ReadColumn[] = [];
  for (const column of columns) {
    read.push({ ...column, values: await scan.readColumn({ column: column.name, rowStart, rowEnd }) });
  }
  return read;
}

function rowsOf(columns: readonly ReadColumn[], groupStart: number, start: number, end: number): SourceRow[] {
  const rows: SourceRow[] = [];
  for (let index = start; index < end; index++) {
    const cells: Record<string, Cell> = {};
    for (const { name, values, convert } of columns) cells[name] = convert(values[index - groupStart]);
    rows.push({ row: index + 1, columns: cells });
  }
  return rows;
}

function columnsOf({ schema }: FileMetaData): readonly Column[] {
  const columns: Column[] = [];
  let index = 1;
  while (index < schema.length) {
    const element = schema[index];
    if (element === undefined) break;
    columns.push({ name: element.name, convert: converter(element) });
    index += 1 + descendants(schema, index);
  }
  return columns;
}

/** The schema is a flat list in depth-first order. */
function descendants(schema: readonly SchemaElement[], parent: number): number {
  let count = 0;
  for (let child = 0; child < (schema[parent]?.num_children ?? 0); child++) {
    count += 1 + descendants(schema, parent + count + 1);
  }
  return count;
}

const parsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis) => new Date(Number(millis)).toISOString(),
  timestampFromMicroseconds: (micros) => new Date(Number(micros / 1000n)).toISOString(),
  timestampFromNanoseconds: (nanos) => new Date(Number(nanos / 1_000_000n)).toISOString(),
  dateFromDays: (days) => new Date(days * 86_400_000).toISOString().slice(0, 10),
};

function converter(element: SchemaElement): Convert {
  const { logical_type: logical, converted_type: converted, scale = 0 } = element;
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    return (value) => (typeof value === 'number' ? value.toFixed(scale) : cellOf(value));
  }
  if (logical?.type === 'TIMESTAMP' && logical.isAdjustedToUTC === false) {
    return (value) => (typeof value === 'string' ? value.replace('Z', '') : cellOf(value));
  }
  return cellOf;
}

function cellOf(value: unknown): Cell {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
    case 'object':
      return value === null ? null : JSON.stringify(value, plain);
    default:
      return null;
  }
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
