import { createConnection } from 'mariadb';
import { connectionOptions } from './mariadb-login.ts';
import { migrateMariadb } from './mariadb-migrate.ts';
import { serverOfTests } from './mariadb-server.testing.ts';
import { viewsContract } from './views-contract.ts';

const { newDatabase } = serverOfTests();

viewsContract('mariadb', async () => {
  const login = await newDatabase();
  await migrateMariadb(login);
  const numbers = { bigIntAsNumber: true, decimalAsNumber: true };
  const connection = await createConnection({ ...connectionOptions(login), namedPlaceholders: true, ...numbers });
  return {
    async insert(table, row) {
      const names = Object.keys(row);
      const places = names.map((name) => `:${name}`);
      await connection.query(`insert into ${table} (${names.join(', ')}) values (${places.join(', ')})`, row);
    },
    select: async (sql, values) => [...(await connection.query<Record<string, unknown>[]>(sql, values))],
    [Symbol.asyncDispose]: () => connection.end(),
  };
});
