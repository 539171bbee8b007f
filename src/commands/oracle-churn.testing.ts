import { DuckDBInstance } from '@duckdb/node-api';
import { expectedRows, type OracleDataset } from './oracle-events.testing.ts';

/** A customer's features and label as SQL finds them: columns of `featureNames`, and `label`. */
export type ExpectedExample = ReadonlyMap<string, number>;

const HORIZON = 90;

/** Purchases of one local day are one occasion. Money in units of the currency. */
const occasions = `
  create table occasions as
    select customer_id, cast(local_date as date) as day, sum(amount) as amount, sum(quantity) as quantity
    from expected_rows where code is null and kind = 'PURCHASE' and customer_id is not null group by 1, 2;`;

function examplesAt(date: string): string {
  const now = `date '${date}'`;
  const within = (days: number): string => `filter (where day > ${now} - ${days})`;
  const money = (sum: string): string => `coalesce(cast(${sum} as double), 0) / 100`;
  return `
    with seen as (
      select *, day - lag(day) over (partition by customer_id order by day) as gap from occasions where day <= ${now}),
    sums as (
      select customer_id,
        ${now} - max(day) as recency, count(*) as frequency, ${now} - min(day) as tenure,
        ${money('sum(amount)')} as monetary_sum,
        coalesce(avg(gap), greatest(${now} - min(day), 1)) as gap_mean,
        case when count(gap) < 2 then 0 else stddev_pop(gap) end as gap_sd,
        ${[30, 90, 180].map((days) => `count(*) ${within(days)} as count_${days}`).join(', ')},
        ${[30, 90, 180].map((days) => `${money(`sum(amount) ${within(days)}`)} as spend_${days}`).join(', ')},
        count(*) filter (where day <= ${now} - 90 and day > ${now} - 180) as count_before,
        cast(sum(quantity) as double) / count(*) as quantity_mean
      from seen group by 1)
    select sums.* exclude (count_before), monetary_sum / frequency as monetary_mean,
      recency / greatest(gap_mean, 1) as recency_over_gap, count_90 - count_before as trend_90,
      not exists (
        from occasions where occasions.customer_id = sums.customer_id and day > ${now} and day <= ${now} + ${HORIZON}
      ) as label
    from sums`;
}

/** By customer, for each date. DuckDB reads the file itself: nothing of it is shared with the code under test. */
export async function expectedExamples(
  dataset: OracleDataset,
  file: string,
  dates: readonly string[],
): Promise<readonly ReadonlyMap<string, ExpectedExample>[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1GB' });
  const duck = await instance.connect();
  try {
    await duck.run(expectedRows(dataset, file));
    await duck.run(occasions);
    const found: ReadonlyMap<string, ExpectedExample>[] = [];
    for (const date of dates) {
      const rows = (await duck.runAndReadAll(examplesAt(date))).getRowObjects();
      found.push(
        new Map(
          rows.map(({ customer_id: customer, ...numbers }) => [
            String(customer),
            new Map(Object.entries(numbers).map(([name, value]) => [name, Number(value)])),
          ]),
        ),
      );
    }
    return found;
  } finally {
    duck.closeSync();
    instance.closeSync();
  }
}
