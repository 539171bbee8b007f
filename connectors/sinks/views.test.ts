import { DatabaseSync } from 'node:sqlite';
import { migrateSqlite } from './sqlite-migrate.ts';
import { viewsContract } from './views-contract.ts';

viewsContract('sqlite', async () => {
  const database = new DatabaseSync(':memory:');
  migrateSqlite(database);
  return {
    async insert(table, row) {
      const names = Object.keys(row);
      const sql = `insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`;
      database.prepare(sql).run(...Object.values(row));
    },
    select: async (sql, values) => database.prepare(sql).all({ ...values }),
    async [Symbol.asyncDispose]() {
      database.close();
    },
  };
});
