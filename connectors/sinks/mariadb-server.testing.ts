/** For tests: a MariaDB of one's own while a file's tests run, and databases in it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mariadb';
import { afterAll, beforeAll } from 'vitest';
import { type Mariadb, startMariadb } from '../../scripts/stack/mariadb.ts';
import type { MariadbServer } from './contract-mariadb.ts';
import { connectionOptions, type MariadbLogin } from './mariadb-login.ts';

export interface ServerOfTests {
  readonly mariadb: () => Mariadb;
  /** The administrator's login. */
  readonly server: () => MariadbServer;
  /** A new database without tables. */
  readonly newDatabase: () => Promise<MariadbLogin>;
}

/** @param settings the server's own, given what its folder is */
export function serverOfTests(settings: (dir: string) => Readonly<Record<string, string>> = () => ({})): ServerOfTests {
  let dir = '';
  let started: Mariadb | undefined;
  let databases = 0;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ebb-mariadb-'));
    started = await startMariadb({ dir, settings: settings(dir) });
  });
  afterAll(async () => {
    await started?.close();
    await rm(dir, { recursive: true, force: true });
  });
  const mariadb = () => {
    if (started === undefined) throw new Error('MariaDB has not started');
    return started;
  };
  const server = () => {
    const { host, port, password } = mariadb();
    return { host, port, user: 'root', password };
  };
  return {
    mariadb,
    server,
    async newDatabase() {
      databases += 1;
      const login = { ...server(), database: `test_${databases}` };
      await using connection = await createConnection(connectionOptions({ ...login, database: '' }));
      await connection.query(`create database ${login.database}`);
      return login;
    },
  };
}
