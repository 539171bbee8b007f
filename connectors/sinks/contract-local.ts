/** The stores of the contract of sinks that need no server. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import { shop } from './contract-shop.ts';
import type { ContractStore, OpenStore } from './contract-store.ts';
import { openFileSink } from './files.ts';
import { openSqliteSink } from './sqlite.ts';

/** @param name `sqlite` or `files` */
export const openStore: OpenStore = async (folder, name) =>
  name === 'sqlite' ? openSqliteSink({ path: tablesIn(folder), shop }) : openFileSink({ dir: lakeIn(folder), shop });

const module = new URL(import.meta.url);

export const sqliteStore: ContractStore = {
  name: 'sqlite',
  module,
  settings: () => 'sqlite',
  open: (folder) => openStore(folder, 'sqlite'),
  async eventIds(folder) {
    using database = new DatabaseSync(tablesIn(folder));
    const rows = database.prepare('select event_id as id from ecommerce_events').all();
    return rows.map(({ id }) => String(id));
  },
  async deadLetters(folder) {
    using database = new DatabaseSync(tablesIn(folder));
    const rows = database.prepare('select * from dead_letters order by source_partition, source_offset').all();
    return rows.map(({ topology, topic, source_partition, code, record_value: value }) => ({
      topology: String(topology),
      topic: String(topic),
      partition: Number(source_partition),
      code: String(code),
      value: value instanceof Uint8Array ? value : null,
    }));
  },
};

export const fileStore: ContractStore = {
  name: 'files',
  module,
  settings: () => 'files',
  open: (folder) => openStore(folder, 'files'),
  eventIds: (folder) => eventIdsIn(join(lakeIn(folder), shop, 'events')),
};

/** Of the Parquet files in the folders by day of a folder. */
export async function eventIdsIn(folder: string): Promise<readonly string[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  try {
    const found = await connection.runAndReadAll(`select eventId as id from read_parquet('${folder}/*/*.parquet')`);
    return found.getRowObjects().map(({ id }) => String(id));
  } finally {
    connection.closeSync();
  }
}

export function tablesIn(folder: string): string {
  return join(folder, 'tables.db');
}

function lakeIn(folder: string): string {
  return join(folder, 'files');
}
