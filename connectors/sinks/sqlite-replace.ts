import type { Replacement } from './replacement.ts';
import { inserter, openTablesFile } from './sqlite.ts';
import { sqliteError } from './sqlite-error.ts';
import { tableFor } from './tables.ts';

/** How long to wait for another process's write. */
const BUSY_MILLISECONDS = 30_000;

/**
 * Replaces the rows of a shop by those of other topics, and the positions with them, in one transaction: whoever reads sees
 * either. Owners of partitions of either are fenced. Gives the number of records written.
 * @throws SinkError, and then nothing has changed
 */
export async function replaceRows(path: string, shop: string, replacements: readonly Replacement[]): Promise<number> {
  try {
    return await inOneTransaction(path, shop, replacements);
  } catch (error) {
    throw sqliteError(path, error);
  }
}

async function inOneTransaction(path: string, shop: string, replacements: readonly Replacement[]): Promise<number> {
  const database = openTablesFile(path);
  try {
    database.exec(`pragma busy_timeout = ${BUSY_MILLISECONDS}; begin immediate`);
    const insert = inserter(database, shop);
    const leave = database.prepare(
      `update sink_positions set next_offset = 0, owner_epoch = owner_epoch + 1 where sink = 'sqlite' and topic = ?`,
    );
    const stand = database.prepare(
      `insert into sink_positions (sink, topic, topic_partition, owner_epoch, next_offset) values ('sqlite', ?, ?, 1, ?)
       on conflict (sink, topic, topic_partition) do update
       set next_offset = excluded.next_offset, owner_epoch = owner_epoch + 1`,
    );
    let written = 0;
    for (const { topic, instead, topology, partitions } of replacements) {
      const table = tableFor('sqlite', topic);
      if (topology === undefined) database.prepare(`delete from ${table.name} where shop = ?`).run(shop);
      else database.prepare(`delete from ${table.name} where shop = ? and topology = ?`).run(shop, topology);
      for (const name of instead) leave.run(`${shop}.${name}`);
      for (const [partition, { end, batches }] of partitions.entries()) {
        for await (const batch of batches) {
          insert(table, batch, 0);
          written += batch.records.length;
        }
        stand.run(`${shop}.${topic}`, partition, end);
      }
    }
    database.exec('commit');
    return written;
  } finally {
    // An open transaction is rolled back.
    database.close();
  }
}
