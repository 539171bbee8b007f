import { createConnection } from 'mariadb';
import { connectionOptions, type MariadbLogin } from './mariadb-login.ts';
import type { Row, ViewsDatabase } from './views.testing.ts';

/** For tests: the tables in MariaDB, as the views are read from them. */
export async function mariadbViews(login: MariadbLogin): Promise<ViewsDatabase> {
  const numbers = { bigIntAsNumber: true, decimalAsNumber: true };
  const connection = await createConnection({ ...connectionOptions(login), namedPlaceholders: true, ...numbers });
  return {
    async insert(table, row) {
      const names = Object.keys(row);
      const places = names.map((_, index) => `:v${index}`);
      const values = Object.fromEntries(Object.values(row).map((value, index) => [`v${index}`, value]));
      await connection.query(`insert into ${table} (${names.join(', ')}) values (${places.join(', ')})`, values);
    },
    select: async (sql, values) => [...(await connection.query<Row[]>(sql, values))],
    [Symbol.asyncDispose]: () => connection.end(),
  };
}
