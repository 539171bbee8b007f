import { createHash } from 'node:crypto';
import { type Connection, createConnection } from 'mariadb';
import { mariadbError } from './mariadb-error.ts';
import { type MariadbLogin, patientOptions, placeOf } from './mariadb-login.ts';
import { type Migration, migrations } from './migrations.ts';

export type MigrationErrorCode =
  /** A script is not what it was when it was applied. */
  | 'CHANGED'
  /** The database has had a script that is not here. */
  | 'UNKNOWN'
  /** A script failed. */
  | 'FAILED'
  /** Another holds the lock. */
  | 'BUSY'
  /** The database would not tell ids apart that differ in case or in blanks at the end. */
  | 'COLLATION';

/** Says which script, and what to do. What was applied before stays. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: MigrationErrorCode;

  constructor(code: MigrationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Names of scripts. */
export interface Migrated {
  /** Applied now, or to be applied when it was only asked what would be. */
  readonly applied: readonly string[];
  readonly before: readonly string[];
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

interface MigrateOptions {
  /** Change nothing, and say what would be applied. */
  readonly dryRun?: boolean;
  /** Of the scripts, when they are not Ebb's own. */
  readonly folder?: URL;
  /** Told of each script before it is applied. */
  readonly onApply?: (name: string) => void;
}

/** How long to wait for another who migrates, in seconds. */
const PATIENCE = 60;

const collation = 'utf8mb4_nopad_bin';

const register = `create table if not exists schema_migrations (
  number integer not null primary key,
  name varchar(255) not null,
  checksum char(64) not null,
  applied_at bigint not null comment 'UTC epoch milliseconds'
)`;

/**
 * Brings the tables of a database up to date: applies the scripts that it has not had, in order, and notes each with its
 * checksum. Of several at once, one works and the others find it done.
 * @throws MigrationError; SinkError when the database cannot be reached, or the user may not
 */
export async function migrateMariadb(login: MariadbLogin, options: MigrateOptions = {}): Promise<Migrated> {
  try {
    const own = { multipleStatements: true, ...patientOptions(login) };
    await using connection = await createConnection(own);
    // Wherever another engine is the usual one: these tables need transactions.
    await connection.query('set default_storage_engine = InnoDB');
    return await locked(connection, login.database, () => migrate(connection, login.database, options));
  } catch (error) {
    throw mariadbError(placeOf(login), error);
  }
}

async function migrate(
  connection: Connection,
  database: string,
  { dryRun = false, folder, onApply }: MigrateOptions,
): Promise<Migrated> {
  const scripts = migrations(folder);
  const before = await appliedIn(connection);
  compare(scripts, before);
  const missing = scripts.filter(({ number }) => !before.some((one) => one.number === number));
  if (!dryRun && missing.length > 0) {
    if (before.length === 0) await useCollation(connection, database);
    await connection.query(register);
    for (const script of missing) {
      onApply?.(script.name);
      await apply(connection, script);
    }
  }
  return { applied: missing.map(({ name }) => name), before: before.map(({ name }) => name) };
}

async function appliedIn(connection: Connection): Promise<readonly Applied[]> {
  const [there] = await connection.query<readonly unknown[]>("show tables like 'schema_migrations'");
  if (there === undefined) return [];
  return await connection.query<readonly Applied[]>(
    'select number, name, checksum from schema_migrations order by number',
  );
}

function compare(scripts: readonly Migration[], before: readonly Applied[]): void {
  for (const { number, name, checksum } of before) {
    const script = scripts.find((one) => one.number === number);
    if (script === undefined)
      throw new MigrationError('UNKNOWN', `the database has had ${name}, which this Ebb lacks: run a newer one`);
    if (script.checksum !== checksum)
      throw new MigrationError(
        'CHANGED',
        `${script.name} is not what it was when the database had it: put it back as it was, and write the change as a script of the next number. Nothing was applied.`,
      );
  }
}

/** A database that is still empty is given the collation; one with tables is somebody's. */
async function useCollation(connection: Connection, database: string): Promise<void> {
  const [row] = await connection.query<readonly { readonly is: string; readonly tables: bigint }[]>(
    `select @@collation_database as \`is\`,
      (select count(*) from information_schema.tables where table_schema = database()) as tables`,
  );
  if (row?.is === collation) return;
  const change = `alter database \`${database.replaceAll('`', '``')}\` character set utf8mb4 collate ${collation}`;
  if (row?.tables !== 0n)
    throw new MigrationError(
      'COLLATION',
      `database ${database} has tables and the collation ${row?.is}, in which ids that differ only in case are one. Give Ebb a database of its own, or run: ${change}`,
    );
  await connection.query(change);
}

async function apply(connection: Connection, { number, name, sql, checksum }: Migration): Promise<void> {
  try {
    await connection.query(sql);
  } catch (error) {
    throw new MigrationError(
      'FAILED',
      `${name} failed: ${error instanceof Error ? error.message : String(error)}. What it made before that stays; correct the cause and migrate again.`,
      { cause: error },
    );
  }
  await connection.query(
    `insert into schema_migrations (number, name, checksum, applied_at)
     values (?, ?, ?, cast(unix_timestamp(now(3)) * 1000 as integer))`,
    [number, name, checksum],
  );
}

/** The lock is the server's, by name, and gone with the connection. */
async function locked<T>(connection: Connection, database: string, work: () => Promise<T>): Promise<T> {
  // A name ends at 64 letters, which the database's may have by itself.
  const name = `ebb.${createHash('sha256').update(database).digest('hex').slice(0, 32)}`;
  const [row] = await connection.query<readonly { readonly got: number | null }[]>('select get_lock(?, ?) as got', [
    name,
    PATIENCE,
  ]);
  if (Number(row?.got) !== 1)
    throw new MigrationError(
      'BUSY',
      `another has been migrating ${database} for ${PATIENCE} s: wait, or see SHOW PROCESSLIST`,
    );
  return await work();
}
