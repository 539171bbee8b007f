import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';

/** Tables whose rows follow from the input alone; `sink_positions` does not. */
const tables = [
  'ecommerce_events',
  'category_metrics',
  'category_statistics',
  'category_statistics',
  'segment_metrics',
  'client_profiles',
  'sessions',
  'dead_letters',
  'late_events',
  'churn_scores',
  'predictions',
  'model_metrics',
];

/** A record's bytes without the number that its registry happened to give its schema. */
const written = `iif(substr(record_value, 1, 1) = x'00', substr(record_value, 6), record_value)`;

export interface TableDifference {
  readonly table: string;
  /** Rows that only the first, and only the second database has. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly examples: readonly unknown[];
}

/** Where a record stood depends on how the rows came into the log. */
function columnsOf(database: DatabaseSync, table: string): string {
  if (table === 'dead_letters') return `shop, topology, topic, code, message, record_key, ${written}, count(*)`;
  if (table !== 'churn_scores') return '*';
  const columns = database.prepare('select name from pragma_table_info(?)').all(table);
  return columns.flatMap(({ name }) => (String(name).startsWith('source_') ? [] : [`"${name}"`])).join(', ');
}

/** Compares every table of two SQLite files of results, whole. Dead letters are told apart by code, message and record: where they were read depends on how the rows came into the log. */
export function tableDifferences(first: string, second: string): readonly TableDifference[] {
  const database = new DatabaseSync(first, { readOnly: true });
  try {
    database.prepare('attach ? as second').run(second);
    return tables.flatMap((table) => {
      const columns = columnsOf(database, table);
      const grouped = table === 'dead_letters' ? 'group by 1, 2, 3, 4, 5, 6, 7' : '';
      const rows = (schema: string): string => `select ${columns} from ${schema}.${table} ${grouped}`;
      const only = (left: string, right: string): string => `select * from (${rows(left)} except ${rows(right)})`;
      const count = (sql: string): number => Number(database.prepare(`select count(*) as n from (${sql})`).get()?.n);
      const onlyFirst = count(only('main', 'second'));
      const onlySecond = count(only('second', 'main'));
      if (onlyFirst + onlySecond === 0) return [];
      const examples = [only('main', 'second'), only('second', 'main')].flatMap((sql) =>
        database.prepare(`${sql} limit 3`).all(),
      );
      return [{ table, onlyFirst, onlySecond, examples }];
    });
  } finally {
    database.close();
  }
}

export interface LakeTopic {
  readonly topic: string;
  readonly rows: number;
  /** Rows that say to be the same record of the log as another. */
  readonly repeated: number;
  readonly files: number;
}

/** What is in a shop's files, by topic, and the names of files that are not whole. */
export async function lakeOf(
  data: string,
  shop: string,
): Promise<{ readonly topics: readonly LakeTopic[]; readonly leftovers: readonly string[] }> {
  const folder = join(data, 'lake', shop);
  if (!existsSync(folder)) return { topics: [], leftovers: [] };
  const leftovers = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.parquet'))
    .map(({ name }) => name);
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const duck = await instance.connect();
  try {
    const topics: LakeTopic[] = [];
    for (const topic of readdirSync(folder).sort()) {
      const found = await duck.runAndReadAll(
        `select count(*), count(distinct (_partition, _offset)), count(distinct filename)
         from read_parquet('${join(folder, topic)}/*/*.parquet', filename = true, union_by_name = true)`,
      );
      const [rows = 0, distinct = 0, files = 0] = (found.getRows()[0] ?? []).map(Number);
      topics.push({ topic, rows, repeated: rows - distinct, files });
    }
    return { topics, leftovers };
  } finally {
    duck.closeSync();
    instance.closeSync();
  }
}

/** Rows that one of two shops' files has and the other has not, by topic; where in the log they stood is left out, as it depends on when topologies read what. */
export async function lakeDifferences(first: string, second: string, shop: string): Promise<Record<string, number>> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const duck = await instance.connect();
  try {
    const differences: Record<string, number> = {};
    for (const topic of readdirSync(join(first, 'lake', shop))) {
      const rows = (data: string): string =>
        `select * exclude (_partition, _offset) from read_parquet('${join(data, 'lake', shop, topic)}/*/*.parquet', union_by_name = true)`;
      const found = await duck.runAndReadAll(
        `select (select count(*) from (${rows(first)} except all ${rows(second)})) + (select count(*) from (${rows(second)} except all ${rows(first)}))`,
      );
      const differing = Number(found.getRows()[0]?.[0]);
      if (differing > 0) differences[topic] = differing;
    }
    return differences;
  } finally {
    duck.closeSync();
    instance.closeSync();
  }
}
