import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CsvFormat } from '../../datasets/descriptor.ts';
import { splitter } from './csv-record.ts';
import { type CsvRecord, csvRecords } from './csv-records.ts';
import { detectDelimiter } from './delimiter.ts';
import { type FileBytes, fileBytes, fingerprint } from './file-bytes.ts';
import { lines } from './lines.ts';
import { type Cell, type Source, type SourceBatch, SourceError, type SourceRow } from './source.ts';

const BATCH = 2000;

export interface CsvOptions {
  readonly format: CsvFormat;
  /** Columns that must be there. */
  readonly wanted: readonly string[];
}

/** What a delimited file looks like, from its first lines. */
export interface CsvLayout {
  /** One character, or `whitespace`. */
  readonly delimiter: string;
  readonly columns: readonly string[];
}

/**
 * A delimited file (plain, .gz, .zst) as a source. Rows are numbered from 1 without the header and blank lines; the
 * position is the number of the last row. A line that is not a row comes as a malformed row.
 * @throws SourceError NOT_FOUND, UNREADABLE, WRONG_COLUMNS
 */
export async function openCsv(file: string, { format, wanted }: CsvOptions): Promise<Source> {
  const { delimiter, columns } = await csvLayout(file, format, wanted);
  const absent = wanted.filter((name) => !columns.includes(name));
  if (absent.length > 0) throw wrongColumns(file, absent, columns);
  const id = await fingerprint(file);
  const { size } = await stat(file);
  let opened: FileBytes | undefined;
  return {
    id,
    name: basename(file),
    columns,
    progress: () => opened?.progress() ?? { done: 0, total: size, unit: 'bytes' },
    async *read({ from, signal }) {
      opened = await fileBytes(file);
      let row = 0;
      const skip = from === undefined ? 0 : Number(from);
      const records = csvRecords(splitter(delimiter, format.quote), columns.length);
      const toRow = rowMaker(columns);
      let rows: SourceRow[] = [];
      let headerDue = format.header;
      const take = function* (found: readonly CsvRecord[]): Iterable<SourceBatch> {
        for (const record of found) {
          if (headerDue) {
            headerDue = false;
            continue;
          }
          row++;
          if (row <= skip) continue;
          rows.push(toRow(row, record));
          if (rows.length === BATCH) {
            yield { rows, position: String(row) };
            rows = [];
          }
        }
      };
      for await (const block of lines(opened.chunks, format.encoding)) {
        if (signal.aborted) return;
        yield* take(records.push(block, false));
      }
      if (signal.aborted) return;
      yield* take(records.push([], true));
      if (rows.length > 0) yield { rows, position: String(row) };
    },
  };
}

/** Finds delimiter and columns out. @throws SourceError UNREADABLE for an empty file or one whose delimiter shows no rule */
export async function csvLayout(file: string, format: CsvFormat, wanted: readonly string[]): Promise<CsvLayout> {
  const sample = await firstLines(file, format);
  const [first] = sample;
  if (first === undefined)
    throw new SourceError('UNREADABLE', `${file} is empty: it has not even a line with column names`);
  const known = format.columns ?? wanted;
  const delimiter =
    format.delimiter !== 'auto'
      ? format.delimiter
      : (detectDelimiter(sample, format.quote, format.header ? known : []) ?? ',');
  const fields = splitter(delimiter, format.quote)(first);
  if (typeof fields === 'string') {
    throw new SourceError('UNREADABLE', `the first line of ${file} is not a row: its quotes do not match`);
  }
  if (format.columns === undefined) return { delimiter, columns: distinct(fields) };
  if (format.columns.length !== fields.length) {
    throw new SourceError(
      'WRONG_COLUMNS',
      `${file} has ${fields.length} columns, and its descriptor names ${format.columns.length}: ${format.columns.join(', ')}`,
    );
  }
  return { delimiter, columns: format.columns };
}

async function firstLines(file: string, format: CsvFormat): Promise<readonly string[]> {
  const { chunks } = await fileBytes(file);
  const found: string[] = [];
  for await (const block of lines(chunks, format.encoding)) {
    for (const line of block) {
      if (typeof line === 'string' && line.trim() !== '') found.push(line);
      if (found.length === 200) return found;
    }
  }
  return found;
}

/** Names a header's columns apart: the second `a` is `a (2)`, an empty one `column 3`; `__proto__` cannot name a field of an object. */
export function distinct(header: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return header.map((cell, index) => {
    const given = cell.trim();
    const name = given === '' || given === '__proto__' ? `column ${index + 1}` : given;
    let unique = name;
    for (let copy = 2; taken.has(unique); copy++) unique = `${name} (${copy})`;
    taken.add(unique);
    return unique;
  });
}

function rowMaker(names: readonly string[]): (row: number, record: CsvRecord) => SourceRow {
  return (row, record) => {
    if ('reason' in record) return { row, columns: { line: record.line }, malformed: record.reason };
    const columns: Record<string, Cell> = {};
    for (let index = 0; index < names.length; index++) columns[names[index] ?? ''] = record[index] ?? null;
    return { row, columns };
  };
}

export function wrongColumns(file: string, absent: readonly string[], present: readonly string[]): SourceError {
  const list = present.slice(0, 40).join(', ');
  return new SourceError(
    'WRONG_COLUMNS',
    `${file} has no column ${absent.join(', ')}. It has: ${list}. Is it another dataset, or another delimiter? \`ebb inspect ${file}\` proposes a descriptor`,
  );
}
