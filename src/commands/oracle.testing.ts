import { DatabaseSync } from 'node:sqlite';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { copyTable } from './copy-table.testing.ts';
import { expectedRows, type OracleDataset } from './oracle-events.testing.ts';
import { expectedStatistics, nearStatistics } from './oracle-statistics.testing.ts';
import { expectedTables } from './oracle-tables.testing.ts';

/** Rows of one table that only one side has, with a few of them to look at. */
export interface Difference {
  readonly table: string;
  /** Rows in the tables that the recompute does not have. */
  readonly unexpected: number;
  /** Rows of the recompute that the tables do not have. */
  readonly missing: number;
  readonly examples: readonly unknown[];
}

export interface OracleReport {
  /** Rows of each table that were compared. */
  readonly rows: Readonly<Record<string, number>>;
  readonly differences: readonly Difference[];
}

export interface OracleOptions {
  readonly dataset: OracleDataset;
  readonly file: string;
  /** The SQLite file with the tables. */
  readonly tables: string;
  readonly shop: string;
}

const results = ['category_metrics', 'segment_metrics', 'client_profiles', 'sessions'] as const;

/**
 * Recomputes a file's results with DuckDB and compares every table of a shop that holds that file alone: events row by
 * row by their number in the file, the others whole, and dead letters by code.
 */
export async function compareWithOracle({ dataset, file, tables, shop }: OracleOptions): Promise<OracleReport> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1GB' });
  const duck = await instance.connect();
  const database = new DatabaseSync(tables, { readOnly: true });
  try {
    await duck.run(expectedRows(dataset, file));
    await duck.run(expectedTables + expectedStatistics);
    for (const table of ['ecommerce_events', ...results, 'category_statistics', 'dead_letters', 'late_events'])
      await copyTable(database, duck, table, shop);
    await duck.run(`
      create view actual_events as select *,
        cast(regexp_extract(event_id, '^${dataset}-[0-9a-f]{12}-([0-9]+)$', 1) as bigint) as row from ecommerce_events;
      create view actual_dead_letters as select code, count(*) as n from dead_letters group by 1;
      create view expected_late_events as select * from late_events where false;
      ${nearStatistics}`);
    const pairs = [
      { table: 'ecommerce_events', expected: 'expected_events', actual: 'actual_events' },
      ...results.map((table) => ({ table, expected: `expected_${table}`, actual: table })),
      { table: 'category_statistics', expected: 'expected_category_statistics', actual: 'near_category_statistics' },
      { table: 'dead_letters', expected: 'expected_dead_letters', actual: 'actual_dead_letters' },
      { table: 'late_events', expected: 'expected_late_events', actual: 'late_events' },
    ];
    const rows: Record<string, number> = {};
    const differences: Difference[] = [];
    for (const pair of pairs) {
      rows[pair.table] = await numberOf(duck, `select count(*) from ${pair.table}`);
      const difference = await compare(duck, pair);
      if (difference !== undefined) differences.push(difference);
    }
    return { rows, differences };
  } finally {
    database.close();
    duck.closeSync();
    instance.closeSync();
  }
}

/** Columns of the recompute decide; `shop` and what names a record rather than says something are left out. */
async function compare(
  duck: DuckDBConnection,
  { table, expected, actual }: { readonly table: string; readonly expected: string; readonly actual: string },
): Promise<Difference | undefined> {
  const columns = (await duck.runAndReadAll(`describe ${expected}`))
    .getRowObjects()
    .map(({ column_name: name }) => name);
  const only = (left: string, right: string): string =>
    `(select ${columns.join(', ')} from ${left} except all select ${columns.join(', ')} from ${right})`;
  const unexpected = await numberOf(duck, `select count(*) from ${only(actual, expected)}`);
  const missing = await numberOf(duck, `select count(*) from ${only(expected, actual)}`);
  if (unexpected + missing === 0) return undefined;
  const examples = await duck.runAndReadAll(
    `(select 'tables' as side, * from ${only(actual, expected)} order by all limit 3) union all
     (select 'recompute' as side, * from ${only(expected, actual)} order by all limit 3)`,
  );
  return { table, unexpected, missing, examples: examples.getRowObjectsJson() };
}

async function numberOf(duck: DuckDBConnection, sql: string): Promise<number> {
  return Number((await duck.runAndReadAll(sql)).getRows()[0]?.[0]);
}
