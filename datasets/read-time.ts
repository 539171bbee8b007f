import { type Cell, textOf } from './cell.ts';
import { DAY, dateText, EARLIEST, END } from './civil.ts';
import { compilePattern, localMillis } from './time-pattern.ts';
import { type Zone, zoneOf } from './zone.ts';

/** An instant, and what the shop's calendar and clock said then. */
export interface Moment {
  /** UTC epoch milliseconds. */
  readonly time: number;
  /** YYYY-MM-DD */
  readonly localDate: string;
  /** 0 to 23. */
  readonly localHour: number;
}

/** The moment that a cell names, or why it names none. */
export type ReadTime = (cell: Cell | undefined) => Moment | string;

export const EPOCH_SECONDS = 'epoch-seconds';
export const EPOCH_MILLIS = 'epoch-millis';
const HOUR = 3_600_000;

/**
 * A reader of times by patterns, tried in order. Texts that state no offset are local times of `zone`.
 * @throws RangeError for a pattern or a zone that does not exist
 */
export function timeReader(patterns: readonly string[], zone: string): ReadTime {
  const place = zoneOf(zone);
  const readers = patterns.map((pattern) => readerOf(pattern, place));
  const wanted = patterns.join(' or ');
  let lastText: string | null = '';
  let last: Moment | string = '';
  const read = (text: string): Moment | string => {
    let reason = `does not look like ${wanted}`;
    for (const reader of readers) {
      const found = reader(text);
      if (typeof found === 'object') return found;
      if (found !== undefined) reason = found;
    }
    return `${JSON.stringify(text.slice(0, 80))} is not a time: ${reason}`;
  };
  return (cell) => {
    const text = textOf(cell);
    if (text === null) return 'the time is empty';
    if (text !== lastText) {
      last = read(text);
      lastText = text;
    }
    return last;
  };
}

function readerOf(pattern: string, zone: Zone): (text: string) => Moment | string | undefined {
  if (pattern === EPOCH_SECONDS) return (text) => sinceEpoch(text, 1000, zone);
  if (pattern === EPOCH_MILLIS) return (text) => sinceEpoch(text, 1, zone);
  const match = compilePattern(pattern);
  return (text) => {
    const fields = match(text);
    if (fields === undefined) return undefined;
    const local = localMillis(fields);
    if (typeof local === 'string') return local;
    return momentOf(local - (fields.offset ?? zone.offsetAtLocal(local)), zone);
  };
}

function sinceEpoch(text: string, unit: number, zone: Zone): Moment | string | undefined {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return undefined;
  const time = Math.floor(Number(text) * unit);
  return time >= EARLIEST && time < END ? momentOf(time, zone) : 'not between the years 1 and 9999';
}

/** @param time UTC epoch milliseconds */
export function momentOf(time: number, zone: Zone): Moment {
  const local = time + zone.offsetAt(time);
  const day = Math.floor(local / DAY);
  return { time, localDate: dateText(day), localHour: Math.floor((local - day * DAY) / HOUR) };
}
