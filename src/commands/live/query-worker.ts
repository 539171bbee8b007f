/** The thread that answers queries from the live tables, while another fills them. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { Row } from '../../dashboard/shown.ts';
import { travel } from './as-of.ts';

export interface QueryWork {
  readonly path: string;
  readonly shop: string;
}

export interface Query {
  readonly id: number;
  readonly sql: string;
  readonly values: Readonly<Record<string, string | number>>;
  /** Moment of which the tables are to be; as they are now without. */
  readonly at: number | undefined;
}

export type Answer = { readonly id: number } & (
  | { readonly rows: readonly Row[]; readonly ms: number }
  | { readonly error: string }
);

const { path, shop }: QueryWork = workerData;
using database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
database.exec('pragma temp_store = memory; pragma cache_size = -64000; pragma mmap_size = 1073741824');
const prepared = new Map<string, StatementSync>();
let of: number | undefined;

function rowsOf({ sql, values, at }: Query): readonly Row[] {
  if (at !== of) {
    travel(database, shop, at);
    of = at;
  }
  const statement = prepared.get(sql) ?? database.prepare(sql);
  prepared.set(sql, statement);
  return statement.all({ ...values }) as unknown as readonly Row[];
}

function answer(query: Query): Answer {
  const started = performance.now();
  try {
    return { id: query.id, rows: rowsOf(query), ms: performance.now() - started };
  } catch (error) {
    return { id: query.id, error: error instanceof Error ? error.message : String(error) };
  }
}

await new Promise<void>((stopped) => {
  parentPort?.on('message', (query: Query | 'stop') => {
    if (query === 'stop') stopped();
    else parentPort?.postMessage(answer(query));
  });
});
parentPort?.close();
