import { columnName } from '../../../datasets/avro-name.ts';
import { DAY } from '../../../datasets/civil.ts';
import type { Descriptor } from '../../../datasets/descriptor.ts';
import type { RawRow } from '../../../datasets/raw.ts';
import { timeReader } from '../../../datasets/read-time.ts';
import type { Delivery } from '../../../schemas/generated.ts';

/** A bit a row: so many take 125 MB. */
const MOST_ROWS = 1e9;

/** A file that is not whole yet. */
export interface OpenFile {
  readonly file: string;
  readonly of: number;
  /** Rows that are there, each once. */
  rows: number;
  /** ms; -Infinity before the first that can be read. */
  greatest: number;
  /** By partition: nothing of it stands before. */
  readonly first: readonly number[];
  /** A bit for each row that is there. */
  readonly seen: Uint8Array;
}

/** Which files others than Ebb have put into a raw topic, and which of them are whole: every row is there, whatever came twice. */
export class Files {
  /** By partition: offset of the next record to take. */
  readonly next: number[];
  readonly #open = new Map<string, OpenFile>();
  readonly #whole: Set<string>;
  readonly #timeOf: (row: RawRow) => number;

  /** @param now wall clock, ms: what lies more than a day ahead of it is a mistyped year */
  constructor(descriptor: Descriptor, partitions: number, known: Iterable<Delivery>, now: () => number) {
    const read = timeReader(descriptor.time.patterns, descriptor.time.zone);
    const field = columnName(descriptor.columns.time);
    this.#timeOf = (row) => {
      const moment = row._error === null ? read(row[field]) : '';
      return typeof moment === 'string' || moment.time > now() + DAY ? Number.NEGATIVE_INFINITY : moment.time;
    };
    this.next = new Array(partitions).fill(0);
    this.#whole = new Set();
    for (const { file, complete, resume } of known) {
      if (complete) this.#whole.add(file);
      for (const [partition, offset] of resume.entries())
        if (partition < partitions) this.next[partition] = Math.max(this.next[partition] ?? 0, offset);
    }
  }

  get open(): Iterable<OpenFile> {
    return this.#open.values();
  }

  /** Takes a row. Rows of writers that tick say of no number, and are none of ours. */
  take(row: RawRow): void {
    const { _file: file, _row: number, _of: of = null } = row;
    if (of === null || of > MOST_ROWS || number < 1 || number > of || this.#whole.has(file)) return;
    let found = this.#open.get(file);
    if (found === undefined) {
      const seen = new Uint8Array((of >> 3) + 1);
      found = { file, of, rows: 0, greatest: Number.NEGATIVE_INFINITY, first: [...this.next], seen };
      this.#open.set(file, found);
    }
    if (number > found.of) return;
    const bit = 1 << (number & 7);
    const byte = found.seen[number >> 3] ?? 0;
    if ((byte & bit) === 0) {
      found.seen[number >> 3] = byte | bit;
      found.rows++;
      found.greatest = Math.max(found.greatest, this.#timeOf(row));
    }
  }

  /** It is whole, and that is committed. */
  close({ file }: OpenFile): void {
    this.#open.delete(file);
    this.#whole.add(file);
  }

  /** Where a successor has to begin, once `without` is closed. */
  resume(without?: OpenFile): readonly number[] {
    const others = [...this.#open.values()].filter((one) => one !== without);
    return this.next.map((offset, partition) => Math.min(offset, ...others.map(({ first }) => first[partition] ?? 0)));
  }
}
