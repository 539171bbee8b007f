import { existsSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { mariadbLoginOf } from '../mariadb-login.ts';
import { pathsOf } from '../workplace.ts';
import { openSqliteTables } from './sqlite.ts';
import { NoTablesError, type Tables } from './tables.ts';

/** The tables of a configuration. @throws NoTablesError before anybody has made them */
export async function openTables(config: Config): Promise<Tables> {
  const tables = await tablesIfThere(config);
  if (tables !== undefined) return tables;
  throw new NoTablesError(
    config.mariadbHost === undefined
      ? `there are no tables at ${pathsOf(config).tables} yet: run \`ebb replay FILE --dataset NAME --run\` or \`ebb up\` first, or give --data DIR`
      : `there are no tables in ${config.mariadbDatabase} at ${config.mariadbHost} yet: \`ebb db migrate\` makes them`,
  );
}

/** `undefined`: nobody has made them yet. @throws SinkError when the database does not answer */
export async function tablesIfThere(config: Config): Promise<Tables | undefined> {
  if (config.mariadbHost !== undefined) {
    // Only those who use MariaDB load its client.
    const { openMariadbTables } = await import('./mariadb.ts');
    return openMariadbTables(mariadbLoginOf(config));
  }
  const path = pathsOf(config).tables;
  return existsSync(path) ? openSqliteTables(path) : undefined;
}
