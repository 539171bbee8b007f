import type { Command } from 'commander';
import { configOf } from './command.ts';
import { openTables } from './tables-database.ts';
import { table } from './terminal.ts';
import { pathsOf } from './workplace.ts';

export function queryCommand(program: Command): void {
  program
    .command('query')
    .description('read the tables with SQL (SQLite; read only)')
    .argument('<sql>')
    .option('--data <dir>', 'directory of the log, tables and files (default .ebb)')
    .option('--json', 'one JSON array of row objects')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb query "select kind, count(*) as n from ecommerce_events group by kind"\n  ebb query "select name, sql from sqlite_schema where type = \'table\'" --json',
    )
    .action((sql: string, flags: { readonly data?: string; readonly json?: boolean }) => {
      const tables = openTables(pathsOf(configOf({ ...flags })).tables);
      try {
        const statement = tables.prepare(sql);
        statement.setReadBigInts(true);
        const names = statement.columns().map(({ name }) => name);
        if (flags.json === true) {
          printJson(statement.iterate());
        } else {
          const rows = statement.all().map((row) => names.map((name) => cell(row[name])));
          console.log(table(names, rows));
          console.error(`${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`);
        }
      } finally {
        tables.close();
      }
    });
}

/** Streams, so that a table larger than memory can be piped. */
function printJson(rows: Iterable<Record<string, unknown>>): void {
  let separator = '[';
  for (const row of rows) {
    process.stdout.write(`${separator}${JSON.stringify(row, (_key, value: unknown) => plain(value))}`);
    separator = ',\n';
  }
  process.stdout.write(separator === '[' ? '[]\n' : ']\n');
}

/** Whole numbers that a double cannot hold stay exact as text; bytes become hex. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value;
}

function cell(value: unknown): string {
  const shown = plain(value);
  return shown === null || shown === undefined ? '–' : String(shown);
}
