import type { Measured } from './measure.ts';

export interface Row {
  readonly what: string;
  /** Absent where only memory is measured. */
  readonly measured?: Measured;
  /** What this machine does without Ebb, or without the part in question: measured in the same run, as machines differ. */
  readonly ceiling?: Measured;
  /** Bytes. */
  readonly memory?: number;
  readonly beside?: string;
}

/** Prints a program's figures: one line a row, then what the ceilings and the memory are. `against` heads the ratios. */
export function printTable(title: string, rows: readonly Row[], legend: string, against = 'of ceiling'): void {
  const timed = rows.some(({ measured }) => measured !== undefined);
  const sized = rows.some(({ memory }) => memory !== undefined);
  const header = [title, ...(timed ? ['records/s', 'CPU s/M', against] : []), ...(sized ? ['memory'] : [])];
  const cells = rows.map(({ what, measured, ceiling, memory }) => [
    what,
    ...(timed ? timesOf(measured, ceiling) : []),
    ...(sized ? [memory === undefined ? '' : megabytes(memory)] : []),
  ]);
  const widths = header.map((name, column) => Math.max(name.length, ...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[], beside = ''): string =>
    `${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}  ${beside}`.trimEnd();
  const lines = [line(header), ...cells.map((row, index) => line(row, rows[index]?.beside))];
  process.stdout.write(`\n${lines.join('\n')}\n${legend}\n`);
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

function timesOf(measured: Measured | undefined, ceiling: Measured | undefined): readonly string[] {
  if (measured === undefined) return ['', '', ''];
  const rate = ({ records, seconds }: Measured): number => records / seconds;
  const share = ceiling === undefined ? '–' : `${((100 * rate(measured)) / rate(ceiling)).toFixed(0)} %`;
  return [
    Math.round(rate(measured)).toLocaleString('en'),
    ((1e6 * measured.cpu) / measured.records).toFixed(2),
    ceiling === measured ? 'ceiling' : share,
  ];
}
