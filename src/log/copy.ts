/** The smallest program on a log, for tests: exactly once or nothing. */
import type { Log, Owned } from './log.ts';

/** Joins group `copy` and copies topic `in` to `out`, one commit per batch, until `signal` aborts. `onOwned` is called per partition. */
export async function copy(log: Log, signal: AbortSignal, onOwned?: (owned: Owned) => void): Promise<void> {
  const tasks: Promise<void>[] = [];
  for await (const owned of log.join({ group: 'copy', topics: ['in'], signal })) {
    onOwned?.(owned);
    tasks.push(copyPartition(owned));
  }
  await Promise.all(tasks);
}

async function copyPartition(owned: Owned): Promise<void> {
  try {
    const from = { in: 0, ...(await owned.positions()) };
    for await (const { records, next } of owned.batches(from)) {
      const appends = [{ topic: 'out', partition: owned.partition, records }];
      await owned.commit({ appends, positions: { in: next } });
    }
  } catch (error) {
    // Taken away between reading and committing: its next owner goes on.
    if (!owned.signal.aborted && !(error instanceof Error && 'code' in error && error.code === 'FENCED')) throw error;
  }
}
