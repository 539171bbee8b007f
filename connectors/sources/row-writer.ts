import { DAY } from '../../datasets/civil.ts';
import type { Descriptor } from '../../datasets/descriptor.ts';
import type { RawRow } from '../../datasets/raw.ts';
import { zoneOf } from '../../datasets/zone.ts';
import { BEGINNING } from '../../src/engine/tick.ts';
import type { Outbox } from './outbox.ts';
import { rawRows } from './raw-rows.ts';
import type { SourceRow } from './source.ts';

/** What a source's rows become on the log: raw rows, and ticks whose places depend on the rows alone. */
export interface RowWriter {
  /** The greatest event time so far; -Infinity before the first. */
  readonly greatest: number;
  /** Nothing older is expected; `undefined` while nothing is known, and always for rows in no order of time. */
  readonly watermark: number | undefined;
  readonly counts: RowCounts;
  /** The row as it will stand on the log. */
  prepare(row: SourceRow): RawRow;
  /** Writes a row, and a tick behind it where the watermark crosses a step. */
  write(row: RawRow): void;
  /** Announces the writer in every partition, before its first row. */
  open(): void;
  /** A live source's own watermark. */
  tick(time: number): void;
  /** The last tick, at the end of the last period that the data cover. */
  close(): void;
}

export interface RowCounts {
  readonly malformed: number;
  /** Rows whose time could not be read. */
  readonly untimed: number;
  /** Rows older than the watermark when they came. */
  readonly behind: number;
}

export interface RowWriterOptions {
  readonly descriptor: Descriptor;
  readonly file: string;
  readonly columns: readonly string[];
  readonly outbox: Outbox<RawRow>;
  /** Step of event time between two ticks, ms. */
  readonly tickStep: number;
  /** The greatest event time and the watermark of earlier runs; -Infinity for none. */
  readonly greatest: number;
  readonly watermark: number;
  /**
   * Times after this (ms) are mistakes, such as a year 2099: they move no watermark, or everything behind them would be
   * late and the data would seem to end there.
   */
  readonly latest: number;
}

export function rowWriter(options: RowWriterOptions): RowWriter {
  const { descriptor, outbox, tickStep, latest } = options;
  const { rows } = descriptor;
  const disorder = rows.sorted ? rows.disorder : Number.POSITIVE_INFINITY;
  const counts = { malformed: 0, untimed: 0, behind: 0 };
  const prepare = rawRows(descriptor, options.file, options.columns);
  let { greatest } = options;
  let watermark = Math.max(options.watermark, greatest - disorder);
  let step = Math.floor(watermark / tickStep);

  return {
    get greatest() {
      return greatest;
    },
    get watermark() {
      return watermark > Number.NEGATIVE_INFINITY ? watermark : undefined;
    },
    counts,
    prepare,
    write(row) {
      if (row._error !== null) counts.malformed++;
      else if (row._time === null) counts.untimed++;
      const time = row._time ?? watermark;
      if (time < watermark) {
        counts.behind++;
        outbox.put(row, watermark);
        return;
      }
      outbox.put(row);
      if (time <= greatest || time > latest) return;
      greatest = time;
      watermark = Math.max(watermark, greatest - disorder);
      const reached = Math.floor(watermark / tickStep);
      if (reached > step) {
        step = reached;
        outbox.tick(watermark);
      }
    },
    open: () => outbox.tick(BEGINNING),
    tick(time) {
      if (time <= watermark) return;
      watermark = time;
      outbox.tick(time);
    },
    close: () => outbox.tick(Math.max(watermark, endOfData(descriptor, greatest)), true),
  };
}

/** The end of the last period that the data cover, as an instant that comes after it. */
export function endOfData(descriptor: Descriptor, greatest: number): number {
  const { precision, coversUntil, zone } = descriptor.time;
  const place = zoneOf(zone);
  const endOfDay = (local: number) => {
    const midnight = (Math.floor(local / DAY) + 1) * DAY;
    return midnight - place.offsetAtLocal(midnight);
  };
  const covered = coversUntil === undefined ? BEGINNING : endOfDay(Date.parse(`${coversUntil}T00:00:00Z`));
  if (greatest === Number.NEGATIVE_INFINITY) return covered;
  const seen = precision === 'instant' ? greatest + 1 : endOfDay(greatest + place.offsetAt(greatest));
  return Math.max(covered, seen);
}
