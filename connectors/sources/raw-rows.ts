import { columnName } from '../../datasets/avro-name.ts';
import type { Cell } from '../../datasets/cell.ts';
import type { Descriptor } from '../../datasets/descriptor.ts';
import { keepsTypes, type RawRow } from '../../datasets/raw.ts';
import { timeReader } from '../../datasets/read-time.ts';
import type { SourceRow } from './source.ts';

/**
 * Makes a source's rows what they are on the log, with the time that the descriptor reads. Under a descriptor of a text
 * format, cells of other forms become their shortest text. @param file the source's id
 */
export function rawRows(descriptor: Descriptor, file: string, columns: readonly string[]): (row: SourceRow) => RawRow {
  const typed = keepsTypes(descriptor);
  const fields = columns.map((column) => ({ column, field: columnName(column) }));
  const timeColumn = descriptor.columns.time;
  const readTime = timeReader(descriptor.time.patterns, descriptor.time.zone);
  const textOf = (cell: Cell): Cell =>
    typeof cell === 'number' && descriptor.decimal === ',' ? String(cell).replace('.', ',') : String(cell);

  return ({ row, columns: cells, malformed, text }) => {
    const moment = malformed === undefined ? readTime(cells[timeColumn]) : undefined;
    const time = typeof moment === 'object' ? moment.time : null;
    const line = malformed === undefined ? (text ?? null) : String(cells.line ?? '');
    const raw: Record<string, Cell> & RawRow = {
      _row: row,
      _file: file,
      _time: time,
      _error: malformed ?? null,
      _line: line,
      _of: null,
    };
    for (const { column, field } of fields) {
      const cell = (malformed === undefined ? cells[column] : null) ?? null;
      raw[field] = typed || cell === null || typeof cell === 'string' ? cell : textOf(cell);
    }
    return raw;
  };
}
