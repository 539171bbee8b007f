import { basename } from 'node:path';
import type { CsvFormat, DescriptorInput } from '../../datasets/descriptor.ts';
import type { Sample } from '../../datasets/inspect.ts';
import { csvLayout, openCsv } from './csv.ts';
import { formOf } from './file-bytes.ts';
import { openJsonLines } from './json-lines.ts';
import { openParquet } from './parquet.ts';
import type { Cell, Source } from './source.ts';

const ROWS = 20_000;
const auto: CsvFormat = { kind: 'csv', delimiter: 'auto', quote: '"', header: true, encoding: 'auto' };

/** The first rows of a file (20,000 unless told), with its delimiter and header found out, for `inspect`. @throws SourceError */
export async function sampleFile(file: string, rows = ROWS): Promise<Sample> {
  if ((await formOf(file)) === 'parquet') return take(await openParquet(file, []), { kind: 'parquet' }, file, rows);
  if (/\.(?:jsonl|ndjson|json)(?:\.gz|\.zst)?$/i.test(file))
    return take(await openJsonLines(file, []), { kind: 'json' }, file, rows);
  const { delimiter, columns } = await csvLayout(file, auto, []);
  const header = columns.every((name) => !/^[-+]?[\d.,]+$|^\d{1,4}[-/.]\d/.test(name.replace(/ \(\d+\)$/, '')));
  const format: CsvFormat = header
    ? { ...auto, delimiter }
    : { ...auto, delimiter, header, columns: columns.map((_, index) => `column ${index + 1}`) };
  return take(await openCsv(file, { format, wanted: [] }), format, file, rows);
}

async function take(source: Source, format: DescriptorInput['format'], file: string, most: number): Promise<Sample> {
  const rows: Readonly<Record<string, Cell>>[] = [];
  let malformed = 0;
  const done = new AbortController();
  for await (const batch of source.read({ signal: done.signal })) {
    for (const row of batch.rows) {
      if (row.malformed !== undefined) malformed++;
      else rows.push(row.columns);
    }
    if (rows.length >= most)
      return { name: basename(file), format, columns: source.columns, rows, malformed, whole: false };
  }
  return { name: basename(file), format, columns: source.columns, rows, malformed, whole: true };
}
