import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tableOf } from '../../connectors/sinks/tables.ts';

/** Deletes all rows of a shop, and the positions that they came from, in one transaction. */
export function emptyShop(path: string, shop: string): void {
  inTables(path, (database) => {
    const tables = database
      .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
      .all();
    for (const { name } of tables) {
      if (name === 'sink_positions')
        database.prepare("delete from sink_positions where substr(topic, 1, length(?1) + 1) = ?1 || '.'").run(shop);
      else database.prepare(`delete from ${String(name)} where shop = ?`).run(shop);
    }
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
export function emptyResults(path: string, shop: string, { topics, results, topologies }: EmptiedRows): void {
  inTables(path, (database) => {
    const forget = database.prepare('delete from sink_positions where topic = ?');
    const unread = database.prepare(`delete from dead_letters where shop = ? and topic = ? and topology like 'sink.%'`);
    for (const topic of topics) {
      forget.run(topic);
      unread.run(shop, topic);
    }
    for (const topic of results) {
      const table = tableOf(topic);
      if (table !== undefined) database.prepare(`delete from ${table.name} where shop = ?`).run(shop);
    }
    for (const table of ['late_events', 'dead_letters']) {
      const remove = database.prepare(`delete from ${table} where shop = ? and topology = ?`);
      for (const topology of topologies) remove.run(shop, topology);
    }
  });
}

function inTables(path: string, work: (database: DatabaseSync) => void): void {
  if (!existsSync(path)) return;
  const database = new DatabaseSync(path, { timeout: 10_000 });
  try {
    database.exec('begin immediate');
    work(database);
    database.exec('commit');
  } finally {
    // An open transaction is rolled back.
    database.close();
  }
}
