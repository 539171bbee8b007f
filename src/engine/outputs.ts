import type { Append, NewRecord, Transaction } from '../log/log.ts';
import { isTick } from './tick.ts';

/** What a task wants committed, and how much that is. */
export interface Flushed extends Transaction {
  readonly records: number;
  /** Of keys and values. */
  readonly bytes: number;
}

/** Records gathered for one commit, by topic and partition, in the order in which they were put. */
export class Outputs {
  #topics = new Map<string, NewRecord[][]>();
  records = 0;
  /** Of keys and values. */
  bytes = 0;

  put(topic: string, partition: number, record: NewRecord): void {
    this.#of(topic, partition).push(record);
    this.records++;
    this.bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
  }

  /** Puts a tick of the task, in place of one just before it: with nothing between them, only the last one tells anything. */
  putTick(topic: string, partition: number, record: NewRecord): void {
    const records = this.#of(topic, partition);
    const last = records.at(-1);
    if (last !== undefined && isTick(last)) records[records.length - 1] = record;
    else this.put(topic, partition, record);
  }

  #of(topic: string, partition: number): NewRecord[] {
    let partitions = this.#topics.get(topic);
    if (partitions === undefined) {
      partitions = [];
      this.#topics.set(topic, partitions);
    }
    let records = partitions[partition];
    if (records === undefined) {
      records = [];
      partitions[partition] = records;
    }
    return records;
  }

  /** Everything put since the last call. */
  take(): Omit<Flushed, 'positions'> {
    const appends: Append[] = [];
    for (const [topic, partitions] of this.#topics) {
      partitions.forEach((records, partition) => {
        appends.push({ topic, partition, records });
      });
    }
    const taken = { appends, records: this.records, bytes: this.bytes };
    this.#topics = new Map();
    this.records = 0;
    this.bytes = 0;
    return taken;
  }
}
