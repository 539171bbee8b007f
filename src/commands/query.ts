import type { Command } from 'commander';
import { configOf } from './command.ts';
import { openTables } from './tables/open.ts';
import { bare, NoStatementError } from './tables/tables.ts';
import { table } from './terminal.ts';

export function queryCommand(program: Command): void {
  program
    .command('query')
    .description('read the tables with SQL (SQLite, or MariaDB where they are there); read only')
    .argument('<sql>')
    .option('--data <dir>', 'directory of the log, tables and files (default .ebb)')
    .option('--json', 'one JSON array of row objects')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb query "select kind, count(*) as n from ecommerce_events group by kind"\n  ebb query "select name, sql from sqlite_schema where type = \'table\'" --json',
    )
    .action(async (sql: string, flags: { readonly data?: string; readonly json?: boolean }) => {
      await using tables = await openTables(configOf({ ...flags }));
      if (bare(sql) === '') throw new NoStatementError('there is no statement to run: give a select');
      const { names, rows } = await tables.select(sql);
      if (flags.json === true) return await printJson(names, rows);
      const cells: string[][] = [];
      for await (const row of rows) cells.push(row.map(cell));
      console.log(table(names, cells));
      console.error(`${cells.length} ${cells.length === 1 ? 'row' : 'rows'}`);
    });
}

export class SameNameError extends Error {
  override readonly name = 'SameNameError';
}

/** Streams, so that a table larger than memory can be piped. */
async function printJson(names: readonly string[], rows: AsyncIterable<readonly unknown[]>): Promise<void> {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined)
    throw new SameNameError(`two columns are called ${twice}, and an object holds one: name them apart with \`as\``);
  let separator = '[';
  for await (const row of rows) {
    const text = JSON.stringify(Object.fromEntries(names.map((name, index) => [name, plain(row[index])])));
    process.stdout.write(`${separator}${text}`);
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
