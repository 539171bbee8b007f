import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Mariadb, startMariadb } from '../../scripts/stack/mariadb.ts';
import { sinkContract } from './contract.ts';
import { mariadbStore } from './contract-mariadb.ts';

let dir = '';
let server: Mariadb | undefined;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-mariadb-'));
  server = await startMariadb({ dir });
});
afterAll(async () => {
  await server?.close();
  await rm(dir, { recursive: true, force: true });
});

sinkContract(
  mariadbStore(() => {
    if (server === undefined) throw new Error('MariaDB has not started');
    const { host, port, password } = server;
    return { host, port, user: 'root', password };
  }),
);
