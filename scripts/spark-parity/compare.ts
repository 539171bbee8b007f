/** Rows that Spark made, held against ours: by key, whole numbers exactly, others to 1e-9. */
import type { DuckDBConnection } from '@duckdb/node-api';

export interface Compared {
  readonly what: string;
  readonly rows: number;
  readonly values: number;
  /** Values that differ, and rows that only one side has. */
  readonly differ: number;
  /** The greatest relative difference of numbers that are not whole. */
  readonly greatest: number;
  readonly examples: readonly unknown[];
}

export interface Comparison {
  readonly what: string;
  readonly key: readonly string[];
  /** SQL of two tables with the same columns. */
  readonly ours: string;
  readonly theirs: string;
}

const TOLERANCE = 1e-9;

/** Compares every column that theirs has. */
export async function compareRows(duck: DuckDBConnection, { what, key, ours, theirs }: Comparison): Promise<Compared> {
  const columns = (await duck.runAndReadAll(`describe ${theirs}`)).getRowObjects();
  const off: string[] = [];
  const differs: string[] = [];
  for (const { column_name: column, column_type: type } of columns) {
    const name = String(column);
    if (key.includes(name)) continue;
    const pair = [`ours."${name}"`, `theirs."${name}"`] as const;
    if (String(type) === 'DOUBLE') {
      const relative = `abs(${pair[0]} - ${pair[1]}) / greatest(1, abs(${pair[1]}))`;
      off.push(`coalesce(${relative}, 0)`);
      differs.push(`((${pair[0]} is null) <> (${pair[1]} is null) or coalesce(${relative}, 0) > ${TOLERANCE})::int`);
    } else differs.push(`(${pair[0]} is distinct from ${pair[1]})::int`);
  }
  await duck.run(`create or replace table compared as
    select ${key.map((name) => `"${name}"`).join(', ')}, ${differs.join(' + ')} as differ,
      greatest(0, ${off.join(', ') || '0'}) as off
    from (${ours}) as ours full join (${theirs}) as theirs using (${key.map((name) => `"${name}"`).join(', ')})`);
  const sums = await duck.runAndReadAll(
    `select count(*) as n, coalesce(sum(differ), 0)::double as differ, coalesce(max(off), 0)::double as greatest from compared`,
  );
  const [{ n, differ, greatest } = {}] = sums.getRowObjects();
  const examples = await duck.runAndReadAll('select * from compared where differ > 0 order by all limit 3');
  return {
    what,
    rows: Number(n),
    values: Number(n) * differs.length,
    differ: Number(differ),
    greatest: Number(greatest),
    examples: examples.getRowObjectsJson(),
  };
}
