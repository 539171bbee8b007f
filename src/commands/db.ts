import type { Command } from 'commander';
import { configOf } from './command.ts';
import { mariadbLoginOf } from './mariadb-login.ts';

interface MigrateFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function dbCommand(program: Command): void {
  program
    .command('db')
    .description("the tables' database, where it is MariaDB (SQLite's tables are made when they are first opened)")
    .command('migrate')
    .description('make the tables, or bring them up to date: applies the scripts of sql/migrations that it has not had')
    .option('--dry-run', 'say what would be applied, and change nothing')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      '\nThe user needs to create and alter tables, which the sink does not: sql/grants.sql has one for each.\n\nExamples:\n  ebb db migrate\n  EBB_MARIADB_USER=ebb_migrator EBB_MARIADB_PASSWORD=… ebb db migrate --dry-run',
    )
    .action(migrateAction);
}

async function migrateAction({ dryRun = false, json }: MigrateFlags): Promise<void> {
  // Only those who use MariaDB load its client.
  const { migrateMariadb } = await import('../../connectors/sinks/mariadb-migrate.ts');
  const login = mariadbLoginOf(configOf({}));
  const onApply = (name: string) => console.error(`applying ${name}…`);
  const { applied, before } = await migrateMariadb(login, { dryRun, onApply });
  if (json === true) return console.log(JSON.stringify({ database: login.database, dryRun, applied, before }));
  const place = `${login.database} at ${login.host}:${login.port}`;
  if (applied.length === 0) console.log(`${place} is up to date: it has had ${before.join(', ')}.`);
  else console.log(`${place}: ${applied.join(', ')} ${dryRun ? 'would be applied' : 'applied'}.`);
}
