import { tableNames, tableOf } from '../../connectors/sinks/tables.ts';
import type { Tables } from './tables/tables.ts';

/** Deletes all rows of a shop, and the positions that they came from, in one transaction. */
export async function emptyShop(tables: Tables | undefined, shop: string): Promise<void> {
  await tables?.change(async (run) => {
    // A shop's name may hold `_`, which stands for any character.
    await run("delete from sink_positions where topic like ? escape '!'", `${shop.replaceAll('_', '!_')}.%`);
    for (const name of tableNames) await run(`delete from ${name} where shop = ?`, shop);
  });
}

export interface EmptiedRows {
  /** Names on the log: the positions to forget. */
  readonly topics: readonly string[];
  /** Names within the shop of the topics whose tables are emptied. */
  readonly results: readonly string[];
  /** Topologies whose late records and dead letters go. */
  readonly topologies: readonly string[];
}

/** Deletes some of a shop's rows, and the positions that they came from, in one transaction. */
export async function emptyResults(
  tables: Tables | undefined,
  shop: string,
  { topics, results, topologies }: EmptiedRows,
): Promise<void> {
  await tables?.change(async (run) => {
    for (const topic of topics) {
      await run('delete from sink_positions where topic = ?', topic);
      await run("delete from dead_letters where shop = ? and topic = ? and topology like 'sink.%'", shop, topic);
    }
    for (const topic of results) {
      const table = tableOf(topic);
      if (table !== undefined) await run(`delete from ${table.name} where shop = ?`, shop);
    }
    for (const table of ['late_events', 'dead_letters'])
      for (const topology of topologies)
        await run(`delete from ${table} where shop = ? and topology = ?`, shop, topology);
  });
}
