import type { Fields, SplitRecord } from './csv-record.ts';
import type { Line } from './lines.ts';

/** One record: its fields, or why its line is not one. */
export type CsvRecord = readonly string[] | { readonly reason: string; readonly line: string };

const LONGEST_LINES = 1000;
const LONGEST_TEXT = 256 * 1024;
const SHOWN = 4000;

export interface CsvRecords {
  /** Takes the next lines; hands over every record that is complete. */
  push(lines: readonly Line[], last: boolean): CsvRecord[];
}

/**
 * Assembles lines to records of `width` fields. A quoted field may span lines; where one never closes, or what it
 * swallowed does not make a whole record, only its first line is refused, and reading goes on at the next.
 */
export function csvRecords(split: SplitRecord, width: number): CsvRecords {
  let waiting: readonly Line[] = [];
  return {
    push(lines, last) {
      const all = waiting.length === 0 ? lines : [...waiting, ...lines];
      const records: CsvRecord[] = [];
      let index = 0;
      while (index < all.length) {
        const line = all[index];
        if (line === undefined || line === '') {
          index++;
          continue;
        }
        if (typeof line !== 'string') {
          records.push({ reason: line.reason, line: line.shown.slice(0, SHOWN) });
          index++;
          continue;
        }
        const fields = split(line);
        if (typeof fields !== 'string' && fields.length === width) {
          records.push(fields);
          index++;
          continue;
        }
        if (line.trim() === '') {
          index++;
          continue;
        }
        if (fields === 'open') {
          const spanned = spanning(all, index, split, last);
          if (spanned === 'wait') break;
          if (typeof spanned.fields !== 'string' && spanned.fields.length === width) {
            records.push(spanned.fields);
            index = spanned.next;
            continue;
          }
        }
        records.push({ reason: reasonOf(fields, width), line: line.slice(0, SHOWN) });
        index++;
      }
      waiting = index < all.length ? all.slice(index) : [];
      return records;
    },
  };
}

function spanning(
  lines: readonly Line[],
  start: number,
  split: SplitRecord,
  last: boolean,
): 'wait' | { fields: Fields; next: number } {
  let record = '';
  for (let index = start; index < lines.length; index++) {
    const line = lines[index];
    if (typeof line !== 'string') return { fields: 'broken', next: index };
    record = index === start ? line : `${record}\n${line}`;
    if (index - start >= LONGEST_LINES || record.length > LONGEST_TEXT) return { fields: 'broken', next: index };
    if (index === start) continue;
    const fields = split(record);
    if (fields !== 'open') return { fields, next: index + 1 };
  }
  return last ? { fields: 'broken', next: lines.length } : 'wait';
}

function reasonOf(fields: Fields, width: number): string {
  if (fields === 'open') return 'a quote is opened and not closed';
  if (fields === 'broken') return 'text follows a closing quote';
  return `it has ${fields.length} field${fields.length === 1 ? '' : 's'} and should have ${width}`;
}
