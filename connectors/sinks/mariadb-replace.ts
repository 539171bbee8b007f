import { type Connection, createConnection } from 'mariadb';
import { mariadbError } from './mariadb-error.ts';
import { type MariadbLogin, patientOptions, placeOf } from './mariadb-login.ts';
import { writeRows } from './mariadb-rows.ts';
import type { Replacement } from './replacement.ts';
import { tableFor } from './tables.ts';

/** Seconds that a row may be locked by another. */
const LOCK_WAIT = 60;

/**
 * Replaces the rows of a shop by those of other topics, and the positions with them, in one transaction: whoever reads sees
 * either. Owners of partitions of either are fenced. Gives the number of records written.
 * @throws SinkError, and then nothing has changed
 */
export async function replaceRows(
  login: MariadbLogin,
  shop: string,
  replacements: readonly Replacement[],
): Promise<number> {
  try {
    const connection = await createConnection(patientOptions(login));
    try {
      await connection.query(`set session innodb_lock_wait_timeout = ${LOCK_WAIT}`);
      await connection.beginTransaction();
      const written = await replace(connection, shop, replacements);
      await connection.commit();
      return written;
    } finally {
      // An open transaction is rolled back.
      connection.destroy();
    }
  } catch (error) {
    throw mariadbError(placeOf(login), error);
  }
}

async function replace(connection: Connection, shop: string, replacements: readonly Replacement[]): Promise<number> {
  let written = 0;
  for (const { topic, instead, topology, partitions } of replacements) {
    const table = tableFor('mariadb', topic);
    if (topology === undefined) await connection.query(`delete from ${table.name} where shop = ?`, [shop]);
    else await connection.query(`delete from ${table.name} where shop = ? and topology = ?`, [shop, topology]);
    for (const name of instead)
      await connection.query(
        "update sink_positions set next_offset = 0, owner_epoch = owner_epoch + 1 where sink = 'mariadb' and topic = ?",
        [`${shop}.${name}`],
      );
    for (const [partition, { end, batches }] of partitions.entries()) {
      for await (const batch of batches) {
        await writeRows(connection, shop, table, batch, 0);
        written += batch.records.length;
      }
      await connection.query(
        `insert into sink_positions (sink, topic, topic_partition, owner_epoch, next_offset) values ('mariadb', ?, ?, 1, ?)
         on duplicate key update next_offset = values(next_offset), owner_epoch = owner_epoch + 1`,
        [`${shop}.${topic}`, partition, BigInt(end)],
      );
    }
  }
  return written;
}
