/** For tests: MariaDB as a store of the contract of sinks, with a database per folder. */
import { basename } from 'node:path';
import { createConnection } from 'mariadb';
import { z } from 'zod';
import { shop } from './contract-shop.ts';
import type { ContractStore, OpenStore } from './contract-store.ts';
import { openMariadbSink } from './mariadb.ts';
import { connectionOptions, type MariadbLogin } from './mariadb-login.ts';
import { migrateMariadb } from './mariadb-migrate.ts';

/** A server, and a user of it who may make databases. */
export type MariadbServer = Omit<MariadbLogin, 'database' | 'tls'>;

const serverSchema = z.object({ host: z.string(), port: z.number(), user: z.string(), password: z.string() });

const made = new Map<string, Promise<MariadbLogin>>();

/** A database of the folder's own, with its tables; made when it is not there. */
function databaseOf(folder: string, server: MariadbServer): Promise<MariadbLogin> {
  const known = made.get(folder) ?? makeDatabase(folder, server);
  made.set(folder, known);
  return known;
}

async function makeDatabase(folder: string, { host, port, user, password }: MariadbServer): Promise<MariadbLogin> {
  const login = { host, port, user, password, database: basename(folder).replaceAll(/\W/g, '_') };
  await using connection = await createConnection(connectionOptions({ ...login, database: '' }));
  await connection.query(`create database if not exists ${login.database}`);
  await migrateMariadb(login);
  return login;
}

/** Asks a database something. */
export async function rowsOf(login: MariadbLogin, sql: string): Promise<readonly Record<string, unknown>[]> {
  await using connection = await createConnection(connectionOptions(login));
  // Awaited, as ending a connection forgets what is under way.
  return await connection.query(sql);
}

export const openStore: OpenStore = async (folder, settings) =>
  openMariadbSink({ ...(await databaseOf(folder, serverSchema.parse(JSON.parse(settings)))), shop });

/** @param server known when the tests run */
export function mariadbStore(server: () => MariadbServer): ContractStore {
  const settings = () => JSON.stringify(server());
  const ask = async (folder: string, sql: string) => rowsOf(await databaseOf(folder, server()), sql);
  return {
    name: 'mariadb',
    module: new URL(import.meta.url),
    settings,
    open: (folder) => openStore(folder, settings()),
    eventIds: async (folder) =>
      (await ask(folder, 'select event_id as id from ecommerce_events')).map(({ id }) => String(id)),
    async deadLetters(folder) {
      const rows = await ask(folder, 'select * from dead_letters order by source_partition, source_offset');
      return rows.map(({ topology, topic, source_partition, code, record_value: value }) => ({
        topology: String(topology),
        topic: String(topic),
        partition: Number(source_partition),
        code: String(code),
        value: value instanceof Uint8Array ? value : null,
      }));
    },
  };
}
