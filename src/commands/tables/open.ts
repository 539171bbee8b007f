import { existsSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { pathsOf } from '../workplace.ts';
import { openSqliteTables } from './sqlite.ts';
import { NoTablesError, type Tables } from './tables.ts';

/** The tables of a configuration. @throws NoTablesError before any sink has made them */
export async function openTables(config: Config): Promise<Tables> {
  const tables = await tablesIfThere(config);
  if (tables !== undefined) return tables;
  throw new NoTablesError(
    `there are no tables at ${pathsOf(config).tables} yet: run \`ebb replay FILE --dataset NAME --run\` or \`ebb up\` first, or give --data DIR`,
  );
}

/** `undefined`: no sink has made them yet. */
export async function tablesIfThere(config: Config): Promise<Tables | undefined> {
  const path = pathsOf(config).tables;
  return existsSync(path) ? openSqliteTables(path) : undefined;
}
