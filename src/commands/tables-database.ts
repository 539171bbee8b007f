import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

export class NoTablesError extends Error {
  override readonly name = 'NoTablesError';
}

/** Opens the tables for reading only. @throws NoTablesError before any sink has written */
export function openTables(path: string): DatabaseSync {
  if (!existsSync(path))
    throw new NoTablesError(
      `there are no tables at ${path} yet: run \`ebb replay FILE --dataset NAME --run\` or \`ebb up\` first, or give --data DIR`,
    );
  return new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
}
