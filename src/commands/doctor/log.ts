/** Log and registry, through their ports: whatever adapter is behind them. */
import { schemaIdIn } from '../../avro/frame.ts';
import type { TopicInfo } from '../../log/log.ts';
import { count } from '../terminal.ts';
import type { Workplace } from '../workplace.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** Offsets at the end of each partition that are read. */
const TAIL = 100;

export const logReachable: Check<Workplace> = {
  name: 'log',
  async run({ log }) {
    const began = performance.now();
    const topics = await log.topics();
    const took = Math.round(performance.now() - began);
    return ok(`it answers in ${took} ms, and has ${topics.length} topics`);
  },
};

export const newestRecords: Check<Workplace> = {
  name: 'newest records',
  async run({ log, registry }) {
    const ids = new Set<number>();
    let records = 0;
    for (const topic of await log.topics()) {
      for await (const batch of tails(log, topic)) {
        records += batch.records.length;
        for (const record of batch.records) {
          const id = schemaIdIn(record);
          if (id !== undefined) ids.add(id);
        }
      }
    }
    const unknown: string[] = [];
    for (const id of ids) {
      await registry.schemaOf(id).catch((error: unknown) => {
        unknown.push(error instanceof Error ? error.message : String(error));
      });
    }
    const found = `the last ${count(records)} records of all partitions are readable`;
    if (unknown.length === 0) return ok(`${found}, and the registry knows their ${ids.size} schemas`);
    const missing = `${found}, but of their ${ids.size} schemas the registry does not give ${unknown.length}: ${unknown[0]}`;
    // Somebody wrote what is none of ours; that has its dead letters.
    if (unknown.length < ids.size / 2) return warn(missing, 'whoever reads such a record makes a dead letter of it');
    return fail(missing, 'is it the registry that belongs to this log? Without their schemas records cannot be read');
  },
};

async function* tails(log: Workplace['log'], { name, offsets }: TopicInfo) {
  for (const [partition, { start, end }] of offsets.entries()) {
    if (end <= start) continue;
    const from = { offset: Math.max(start, end - TAIL) };
    yield* log.read({ topic: name, partition, from, to: 'end' });
  }
}
