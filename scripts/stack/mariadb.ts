/** MariaDB as a process: Debian's build with a data directory of its own, beside whatever the system runs. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Alone, startAlone } from './controls.ts';
import { StackError } from './error.ts';
import { freePorts } from './ports.ts';
import { type Say, silent } from './say.ts';
import type { ServerSpec } from './server.ts';
import { type Service, valueFor } from './service.ts';
import { need, runs } from './tools.ts';

const LONGEST_ANSWER = 2_000;

/** Of the servers that Ebb starts, which listen on loopback only. */
const database = 'ebb';
const user = 'ebb';
const password = 'ebb';

/**
 * As docker-compose.yml has them. Ids that differ in case or trailing spaces stay apart by the collation; LOAD DATA LOCAL is
 * what the benchmark compares with.
 */
export const mariadbSettings: Readonly<Record<string, string>> = {
  'character-set-server': 'utf8mb4',
  'collation-server': 'utf8mb4_nopad_bin',
  'default-time-zone': '+00:00',
  'innodb-buffer-pool-size': '256M',
  'local-infile': '1',
};

/** Made at every start, unless they are there. The second user may do anything: tests make users and databases by it. */
const beginning = [
  `create database if not exists ${database} character set utf8mb4 collate utf8mb4_nopad_bin;`,
  `create user if not exists ${user}@'%' identified by '${password}';`,
  `grant all privileges on ${database}.* to ${user}@'%';`,
  `create user if not exists root@'%' identified by '${password}';`,
  `grant all privileges on *.* to root@'%' with grant option;`,
];

/** Not package mariadb-server, which starts a server of the system's on the very port. */
const packages = 'mariadb-server-core mariadb-client-core';

interface MariadbPlan {
  /** Of nothing else. */
  readonly dir: string;
  readonly port: number;
  /** Over the defaults: the server's own names, without dashes in front. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly say: Say;
}

function mariadbSpec({ dir, port, settings, say }: MariadbPlan): ServerSpec {
  const own = resolve(dir);
  const [data, first] = [join(own, 'data'), join(own, 'first.sql')];
  const options = {
    datadir: data,
    // Within the data: a path of its own may be too long for a socket.
    socket: 'mariadb.sock',
    port: String(port),
    'bind-address': '127.0.0.1',
    'init-file': first,
    ...mariadbSettings,
    ...settings,
  };
  return {
    name: 'mariadb',
    dir: own,
    ports: { sql: port },
    address: `127.0.0.1:${port}`,
    async prepare() {
      const program = await installedMariadb(say);
      await writeFile(first, `${beginning.join('\n')}\n`);
      if (!existsSync(data)) await makeData(data);
      const words = Object.entries(options).map(([key, value]) => `--${key}=${value}`);
      return { program, args: ['--no-defaults', '--skip-name-resolve', ...asUser(), ...words] };
    },
    missing: () => missingOf(port),
    grace: 60_000,
  };
}

/** @throws StackError MISSING */
/** Its server's program, installed first where it is missing. @throws StackError MISSING */
export async function installedMariadb(say: Say): Promise<string> {
  const found = () => ['mariadbd', '/usr/sbin/mariadbd'].find((program) => runs(program, '--version'));
  await need('MariaDB', packages, () => found() !== undefined && runs('mariadb-install-db', '--help'), say);
  return found() ?? 'mariadbd';
}

/** The server refuses to run as root unless told to. */
function asUser(): readonly string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

/** It appears whole or not at all. */
async function makeData(data: string): Promise<void> {
  const making = `${data}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making);
  const args = ['--no-defaults', `--datadir=${making}`, '--skip-test-db', ...asUser()];
  try {
    await promisify(execFile)('mariadb-install-db', args);
  } catch (error) {
    throw new StackError('NOT_READY', `mariadb-install-db could not make ${making}: ${textOf(error)}`, {
      cause: error,
    });
  }
  await rename(making, data);
}

async function missingOf(port: number): Promise<string | undefined> {
  // Only those who start it need the client.
  const { createConnection } = await import('mariadb');
  try {
    const login = { host: '127.0.0.1', port, user, password, database };
    const connection = await createConnection({ ...login, connectTimeout: LONGEST_ANSWER });
    await connection.end();
    return undefined;
  } catch (error) {
    // Refused, cut off or not let in: what was looked for.
    return `127.0.0.1:${port} does not let ${user} into database ${database}: ${textOf(error)}`;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export const mariadbService: Service = {
  name: 'mariadb',
  settings: [
    {
      key: 'mariadbPort',
      flag: '--mariadb-port <port>',
      description: 'of MariaDB',
      fallback: 3306,
      kind: 'port',
      fixedByData: false,
    },
  ],
  servers: (values, dir, say) => [mariadbSpec({ dir, port: valueFor(values, 'mariadbPort'), say })],
  environment: (values) => ({
    EBB_MARIADB_HOST: '127.0.0.1',
    EBB_MARIADB_PORT: String(valueFor(values, 'mariadbPort')),
    EBB_MARIADB_USER: user,
    EBB_MARIADB_PASSWORD: password,
    EBB_MARIADB_DATABASE: database,
  }),
  compose: (values) => ({ variables: { MARIADB_PORT: valueFor(values, 'mariadbPort') }, profiles: [] }),
};

export interface Mariadb extends Alone {
  readonly host: string;
  readonly port: number;
  /** May do anything in `database`; `root` with the same password may do anything at all. */
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/**
 * A server of one's own, which ends with the process that started it.
 * @param options.port a free one unless stated
 * @param options.settings the server's own, over the usual: `{ 'ssl-cert': … }`
 * @throws StackError MISSING, PORT_TAKEN, NOT_READY
 */
export async function startMariadb(options: {
  readonly dir: string;
  readonly port?: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly say?: Say;
}): Promise<Mariadb> {
  const [free = 0] = await freePorts(1);
  const port = options.port ?? free;
  const server = await startAlone(mariadbSpec({ say: silent, ...options, port }));
  return { host: '127.0.0.1', port, user, password, database, ...server };
}
