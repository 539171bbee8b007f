import { styleText } from 'node:util';
import { createLogUpdate } from 'log-update';

/** Where people look: progress goes to stderr, results to stdout, so that results can be piped. */
export interface Live {
  /** Replaces what is shown. Does nothing where stderr is no terminal. */
  show(text: string): void;
  /** Writes a line that stays, above what is shown. */
  above(line: string): void;
  /** Leaves the last text standing. */
  done(): void;
}

export function liveRegion(): Live {
  if (process.stderr.isTTY !== true)
    return { show() {}, above: (line) => void process.stderr.write(`${line}\n`), done() {} };
  const update = createLogUpdate(process.stderr);
  let shown: string | undefined;
  return {
    show(text) {
      shown = text;
      update(text);
    },
    above(line) {
      update.persist(line);
      if (shown !== undefined) update(shown);
    },
    done() {
      shown = undefined;
      update.done();
    },
  };
}

/** Text is styled for the stream that it goes to: piped output stays plain. */
export function bold(text: string, stream: NodeJS.WritableStream): string {
  return styleText('bold', text, { stream });
}

export function dim(text: string, stream: NodeJS.WritableStream): string {
  return styleText('dim', text, { stream });
}

export function cyan(text: string, stream: NodeJS.WritableStream): string {
  return styleText('cyan', text, { stream });
}

export function green(text: string, stream: NodeJS.WritableStream): string {
  return styleText('green', text, { stream });
}

export function red(text: string, stream: NodeJS.WritableStream): string {
  return styleText('red', text, { stream });
}

export function yellow(text: string, stream: NodeJS.WritableStream): string {
  return styleText('yellow', text, { stream });
}

/** `[########----] 62 %`, for stderr. */
export function bar(done: number, total: number, width = 24): string {
  const share = total <= 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * width);
  return `${cyan('█'.repeat(filled), process.stderr)}${dim('░'.repeat(width - filled), process.stderr)} ${String(Math.floor(share * 100)).padStart(3)} %`;
}

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

export function count(value: number): string {
  return whole.format(value);
}

/** Minor units as money, by the currency's own number of digits. */
export function money(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en-GB', { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** Event time, to the minute. */
export function moment(time: number): string {
  return Number.isFinite(time) && Math.abs(time) < 8e15
    ? new Date(time).toISOString().slice(0, 16).replace('T', ' ')
    : '–';
}

const numeric = /^-?\d[\d,]*(\.\d+)?$/;

/** Rows as aligned columns, numbers to the right. @param least width of columns of numbers, so that growing ones do not move the rest */
export function table(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { stream = process.stdout, least = 0 }: { readonly stream?: NodeJS.WritableStream; readonly least?: number } = {},
): string {
  const text = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? count(cell) : cell)));
  const isNumber = header.map(
    (_, column) => rows.length > 0 && text.every((row) => row[column] === '–' || numeric.test(row[column] ?? '')),
  );
  const widths = header.map((title, column) =>
    Math.max(title.length, isNumber[column] === true ? least : 0, ...text.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        isNumber[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const lines = text.map(line);
  return (header.every((title) => title === '') ? lines : [dim(line(header), stream), ...lines]).join('\n');
}
