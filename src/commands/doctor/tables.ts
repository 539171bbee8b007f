import type { Config } from '../../config.ts';
import { mariadbLoginOf } from '../mariadb-login.ts';
import { type Check, fail, ok } from './check.ts';

/** Whether MariaDB lets us in, and its tables are those that this Ebb writes. */
export const mariadbTables: Check<Config> = {
  name: 'MariaDB',
  async run(config) {
    const login = mariadbLoginOf(config);
    const { migrateMariadb } = await import('../../../connectors/sinks/mariadb-migrate.ts');
    const { applied, before } = await migrateMariadb(login, { dryRun: true });
    const there = `database ${login.database} at ${login.host}:${login.port} lets ${login.user} in`;
    if (applied.length > 0)
      return fail(`${there}, and lacks ${applied.join(', ')}`, '`ebb db migrate` makes its tables what they should be');
    return ok(`${there}, and has had ${before.length === 1 ? before[0] : `all ${before.length} scripts`}`);
  },
};
