import type { Appends, Batch, LogRecord } from '../log/log.ts';

/** A log in memory, synchronous, for the test driver: what was appended is committed. */
export class TestLog {
  readonly #topics = new Map<string, LogRecord[][]>();

  create(topic: string, partitions: number): void {
    if (!this.#topics.has(topic))
      this.#topics.set(
        topic,
        Array.from({ length: partitions }, () => []),
      );
  }

  partitions(topic: string): number | undefined {
    return this.#topics.get(topic)?.length;
  }

  append(appends: Appends): void {
    for (const { topic, partition, records } of appends) {
      const target = this.records(topic, partition);
      for (const { key, value, headers } of records) target.push({ key, value, headers, offset: target.length });
    }
  }

  records(topic: string, partition: number): LogRecord[] {
    const records = this.#topics.get(topic)?.[partition];
    if (records === undefined) throw new Error(`test log: no partition ${partition} of topic ${topic}`);
    return records;
  }

  /** At most `limit` records from `offset` on; `undefined` when there are none. */
  batch(topic: string, partition: number, offset: number, limit: number): Batch | undefined {
    const all = this.records(topic, partition);
    const records = all.slice(offset, offset + limit);
    return records.length === 0
      ? undefined
      : { topic, partition, records, next: offset + records.length, end: all.length };
  }
}
