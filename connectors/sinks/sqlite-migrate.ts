import type { DatabaseSync } from 'node:sqlite';
import { migrations } from './migrations.ts';

/**
 * Makes what is missing of the tables of a SQLite file, all or nothing; which scripts it has had is its `user_version`.
 * A file that is up to date is not written.
 */
export function migrateSqlite(database: DatabaseSync): void {
  const all = migrations();
  if (versionOf(database) >= all.length) return;
  database.exec('begin immediate');
  try {
    // Another process may have been first.
    const had = versionOf(database);
    for (const { number, sql } of all) if (number > had) database.exec(sql);
    database.exec(`pragma user_version = ${Math.max(had, all.length)}; commit`);
  } finally {
    if (database.isTransaction) database.exec('rollback');
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('pragma user_version').get()?.user_version ?? 0);
}
