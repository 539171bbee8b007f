import { migrateMariadb } from './mariadb-migrate.ts';
import { serverOfTests } from './mariadb-server.testing.ts';
import { viewsContract } from './views-contract.ts';
import { mariadbViews } from './views-mariadb.testing.ts';

const { newDatabase } = serverOfTests();

viewsContract('mariadb', async () => {
  const login = await newDatabase();
  await migrateMariadb(login);
  return mariadbViews(login);
});
