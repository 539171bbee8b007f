import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { wrongColumns } from './csv.ts';
import { type FileBytes, fileBytes, fingerprint } from './file-bytes.ts';
import { cellsOf, jsonRows } from './json-row.ts';
import { type Line, lines } from './lines.ts';
import { type Source, SourceError, type SourceRow } from './source.ts';

const BATCH = 2000;
const SAMPLE = 200;

/** A file of JSON objects, one a line (plain, .gz, .zst), as a source. The position is the number of the last row. @throws SourceError */
export async function openJsonLines(file: string, wanted: readonly string[]): Promise<Source> {
  const seen = await columnsOf(file);
  const columns = [...new Set([...seen, ...wanted])];
  if (seen.size > 0 && !wanted.some((name) => seen.has(name))) throw wrongColumns(file, wanted, [...seen]);
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
      const skip = from === undefined ? 0 : Number(from);
      let row = 0;
      let rows: SourceRow[] = [];
      for await (const block of lines(opened.chunks, 'utf-8')) {
        if (signal.aborted) return;
        for (const line of block) {
          if (typeof line === 'string' && line.trim() === '') continue;
          const found = rowsOf(line, columns, row + 1);
          row += found.length;
          rows.push(...found.filter((one) => one.row > skip));
          if (rows.length >= BATCH) {
            yield { rows, position: String(row) };
            rows = [];
          }
        }
      }
      if (rows.length > 0 && !signal.aborted) yield { rows, position: String(row) };
    },
  };
}

function rowsOf(line: Line, columns: readonly string[], row: number): readonly SourceRow[] {
  return typeof line === 'string'
    ? jsonRows(line, columns, row)
    : [{ row, columns: { line: line.shown }, malformed: line.reason }];
}

async function columnsOf(file: string): Promise<ReadonlySet<string>> {
  const { chunks } = await fileBytes(file);
  const names = new Set<string>();
  let seen = 0;
  for await (const block of lines(chunks, 'utf-8')) {
    for (const line of block) {
      if (typeof line !== 'string' || line.trim() === '') continue;
      if (seen === 0 && /^\s*\[\s*$/.test(line)) {
        throw new SourceError(
          'UNREADABLE',
          `${file} is one JSON array over many lines: write one object a line, for example with jq -c '.[]'`,
        );
      }
      for (const name of cellsOf(line)?.keys() ?? []) names.add(name);
      seen++;
      if (seen === SAMPLE) return names;
    }
  }
  return names;
}
