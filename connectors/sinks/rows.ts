import { type SinkBatch, SinkError, type SinkRecord, type TopicPartition } from './sink.ts';
import type { Table } from './tables.ts';

type Value = Readonly<Record<string, unknown>>;

/** What a batch does to its table, in order: rows to write, then record keys whose rows go. */
export interface RowStep {
  readonly write: readonly Value[];
  /** Delete the rows of this record key after writing. */
  readonly remove: string | undefined;
}

/**
 * The steps for the records of `batch` from offset `from` on. Where rows replace each other, only the last of each key is
 * written; a tombstone ends a step, so that order is kept.
 */
export function rowSteps(table: Table, batch: SinkBatch, from: number): readonly RowStep[] {
  const steps: RowStep[] = [];
  let write: SinkRecord[] = [];
  for (const record of batch.records) {
    if (record.offset < from) {
      continue;
    }
    write.push(record);
    if (record.value === null) {
      steps.push({ write: lastOfEach(table, write), remove: record.key ?? '' });
      write = [];
    }
  }
  if (write.length > 0) {
    steps.push({ write: lastOfEach(table, write), remove: undefined });
  }
  return steps;
}

function lastOfEach(table: Table, records: readonly SinkRecord[]): readonly Value[] {
  if (table.replaces.length === 0) {
    return records.map(({ value }) => value).filter((value) => value !== null);
  }
  const last = new Map<string, Value>();
  for (const { value } of records) {
    if (value !== null) {
      last.set(rowKey(table, value), value);
    }
  }
  return [...last.values()];
}

function rowKey(table: Table, value: Value): string {
  const [first, ...others] = table.replaces;
  const head = String(value[first ?? '']);
  return others.length === 0 ? head : JSON.stringify([head, ...others.map((field) => value[field])]);
}

/** Deletes the rows of a record key; values are the shop and the key. @throws SinkError BAD_RECORD for a table that keeps every record */
export function deleteSql(table: Table, { topic, partition }: TopicPartition): string {
  if (table.keyColumn === undefined) {
    throw new SinkError(
      'BAD_RECORD',
      `${topic}/${partition}: a tombstone, but the topic of ${table.name} is not compacted`,
    );
  }
  return `delete from ${table.name} where shop = ? and ${table.keyColumn} = ?`;
}
