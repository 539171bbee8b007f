/** For tests: MariaDB, MinIO and HDFS, and what a shop has in them, brought where embedded results are compared. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createConnection } from 'mariadb';
import { filesBelow } from '../../connectors/sinks/hdfs.testing.ts';
import { openHdfs } from '../../connectors/sinks/hdfs-client.ts';
import { connectionOptions, type MariadbLogin } from '../../connectors/sinks/mariadb-login.ts';
import { objectsIn, unfinishedIn } from '../../connectors/sinks/minio.testing.ts';
import { openTablesFile } from '../../connectors/sinks/sqlite.ts';
import { tableNames } from '../../connectors/sinks/tables.ts';
import { type Hdfs, startHdfs } from '../../scripts/stack/hdfs.ts';
import { type Mariadb, startMariadb } from '../../scripts/stack/mariadb.ts';
import { type Minio, startMinio } from '../../scripts/stack/minio.ts';

export interface Stores extends AsyncDisposable {
  readonly mariadb: Mariadb;
  readonly minio: Minio;
  readonly hdfs: Hdfs;
  /** `EBB_*`: how they are reached. */
  readonly settings: Readonly<Record<string, string>>;
}

export async function startStores(dir: string): Promise<Stores> {
  await using starting = new AsyncDisposableStack();
  const mariadb = starting.use(await startMariadb({ dir: join(dir, 'mariadb') }));
  const minio = starting.use(await startMinio({ dir: join(dir, 'minio') }));
  const hdfs = starting.use(await startHdfs({ dir: join(dir, 'hdfs') }));
  const started = starting.move();
  return {
    mariadb,
    minio,
    hdfs,
    settings: {
      ...mariadbEnvironment(mariadb),
      EBB_MINIO_ENDPOINT: minio.endpoint,
      EBB_MINIO_ACCESS_KEY: minio.accessKey,
      EBB_MINIO_SECRET_KEY: minio.secretKey,
      EBB_HDFS_URL: hdfs.url,
      EBB_HDFS_USER: hdfs.superuser,
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** `EBB_*`: how it is reached. */
export function mariadbEnvironment(login: MariadbLogin): Readonly<Record<string, string>> {
  return {
    EBB_MARIADB_HOST: login.host,
    EBB_MARIADB_PORT: String(login.port),
    EBB_MARIADB_USER: login.user,
    EBB_MARIADB_PASSWORD: login.password,
    EBB_MARIADB_DATABASE: login.database,
  };
}

/** Copies everything out of the stores: rows into `<data>/tables.sqlite`, files into `<data>/lake`. Gives the paths of files that are no whole ones. */
export async function copyOut({ mariadb, minio, hdfs }: Stores, data: string): Promise<readonly string[]> {
  await copyTables(mariadb, join(data, 'tables.sqlite'));
  for (const [key, bytes] of await objectsIn(minio, 'ebb')) await put(join(data, 'lake', key), bytes);
  const leftovers = (await unfinishedIn(minio, 'ebb')).map((upload) => JSON.stringify(upload));
  using client = openHdfs({ url: hdfs.url, user: hdfs.superuser });
  for (const path of await filesBelow(client, '/ebb')) {
    if (path.startsWith('/ebb/_tmp/')) leftovers.push(path);
    else await put(join(data, 'lake', path.slice('/ebb/'.length)), await client.read(path));
  }
  return leftovers;
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

/** Copies every row into a SQLite file of results. */
export async function copyTables(login: MariadbLogin, path: string): Promise<void> {
  await using connection = await createConnection(connectionOptions(login));
  using file = openTablesFile(path);
  file.exec('begin');
  for (const table of tableNames) {
    const rows = await connection.query<readonly Readonly<Record<string, bigint | number | string | Buffer | null>>[]>(
      `select * from ${table}`,
    );
    for (const row of rows) {
      const columns = Object.keys(row);
      const places = columns.map(() => '?').join(', ');
      file.prepare(`insert into ${table} (${columns.join(', ')}) values (${places})`).run(...Object.values(row));
    }
  }
  file.exec('commit');
}
