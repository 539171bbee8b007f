import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import type { ChurnExample } from '../../schemas/generated.ts';
import { churnExampleSchema } from '../../schemas/generated.ts';
import { openSerde } from '../../src/avro/serde.ts';
import { exampleFields } from '../../src/churn/examples.ts';
import { featureNames } from '../../src/churn/features.ts';
import { copyTable } from '../../src/commands/copy-table.testing.ts';
import { openWorkplace } from '../../src/commands/workplace.ts';
import { loadConfig } from '../../src/config.ts';
import { isTick } from '../../src/engine/tick.ts';
import { type Compared, compareRows } from './compare.ts';

export interface TablesOptions {
  readonly data: string;
  readonly shop: string;
  /** Folder with what Spark wrote. */
  readonly spark: string;
  /** YYYY-MM-DD. */
  readonly days: readonly string[];
}

const hourly = { key: ['window_start'], what: 'category_metrics' };
const weekly = { key: ['window_start'], what: 'category_statistics' };
const profiles = { key: ['customer_id'], what: 'client_profiles' };

/** The tables, and the examples on the log, against Spark's. These files have one category. */
export async function compareTables({ data, shop, spark, days }: TablesOptions): Promise<readonly Compared[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1GB' });
  const duck = await instance.connect();
  const database = new DatabaseSync(join(data, 'tables.sqlite'), { readOnly: true });
  try {
    const compared: Compared[] = [];
    for (const { what, key } of [hourly, weekly, profiles]) {
      await copyTable(database, duck, what, shop);
      const theirs = `select * from read_parquet('${join(spark, what)}/*.parquet')`;
      compared.push(await compareRows(duck, { what, key, ours: `select * from ${what}`, theirs }));
    }
    await duck.run(
      `create table examples (customer_id varchar, as_of date, ${featureNames.map((name) => `${name} double`).join(', ')}, label bigint)`,
    );
    const appender = await duck.createAppender('examples');
    for await (const example of monthEnds(data, shop, new Set(days))) {
      appender.appendVarchar(example.customerId);
      appender.appendVarchar(example.asOf);
      for (const field of exampleFields) appender.appendDouble(example[field]);
      appender.appendBigInt(BigInt(example.label));
      appender.endRow();
    }
    appender.closeSync();
    const doubles = featureNames.map((name) => `${name}::double as ${name}`).join(', ');
    const theirs = `select customer_id, as_of, ${doubles}, label::bigint as label from read_parquet('${join(spark, 'features')}/*.parquet')`;
    const key = ['customer_id', 'as_of'];
    compared.push(await compareRows(duck, { what: 'churn features', key, ours: 'select * from examples', theirs }));
    return compared;
  } finally {
    database.close();
    duck.closeSync();
    instance.closeSync();
  }
}

/** Examples of the ends of these days. */
async function* monthEnds(data: string, shop: string, days: ReadonlySet<string>): AsyncIterable<ChurnExample> {
  await using place = await openWorkplace(loadConfig({ data, shop }, {}), 'existing');
  const serde = await openSerde<ChurnExample>(place.registry, `${shop}.churn-examples-value`, churnExampleSchema);
  for await (const { records } of place.log.read({ topic: `${shop}.churn-examples`, from: 'start', to: 'end' }))
    for (const record of records) {
      if (record.value === null || isTick(record)) continue;
      const example = serde.decode(record.value);
      if (example.trigger === 'GRID' && days.has(example.asOf)) yield example;
    }
}
