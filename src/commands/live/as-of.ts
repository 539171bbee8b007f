/**
 * Time travel: the tables that keep only what is known now are made again as of a moment, under the same names, in the reader's
 * own temporary schema. SQLite looks there first, so that the queries stay word for word those of `sql/`.
 */
import type { DatabaseSync } from 'node:sqlite';
import { bands } from '../../churn/bands.ts';

/**
 * Of a customer what purchases and returns had stated by then, the last one to say so.
 * A bare column beside max() is of the row that has the maximum: SQLite's documentation, "Bare columns in an aggregate query".
 */
const profiles = `
  create temp table client_profiles as
  with known as (
    select customer_id, min(case when kind = 'PURCHASE' then time end) as first_purchase
    from main.ecommerce_events
    where shop = :shop and time < :at and customer_id is not null and kind in ('PURCHASE', 'RETURN')
    group by customer_id
  ),
  genders as (
    select customer_id, gender, max(time) as time from main.ecommerce_events
    where shop = :shop and time < :at and gender is not null and customer_id is not null group by customer_id
  ),
  ages as (
    select customer_id, age, max(time) as time from main.ecommerce_events
    where shop = :shop and time < :at and age is not null and customer_id is not null group by customer_id
  )
  select :shop as shop, known.customer_id, first_purchase, gender, age
  from known
  left join genders on genders.customer_id = known.customer_id
  left join ages on ages.customer_id = known.customer_id`;

/** What the champion had said last, at the end of a month or of a day of purchase: what it said of silence in between is not kept. */
const scores = `
  create temp table churn_scores as
  with said as (
    select
      customer_id, as_of, \`trigger\`, time, probability, model, version, horizon_days,
      lag(probability) over (partition by customer_id order by time) as previous,
      row_number() over (partition by customer_id order by time desc) as place
    from main.predictions
    where shop = :shop and time <= :at and role = 'CHAMPION'
  )
  select
    :shop as shop, customer_id, as_of, \`trigger\`, time, probability,
    case ${bands.map(([band, from]) => `when probability >= ${from} then '${band}'`).join(' ')} end as band,
    model, version, horizon_days, '[]' as reasons, previous, probability - previous as trend
  from said
  where place = 1`;

const shadows = [
  {
    table: 'client_profiles',
    make: profiles,
    index: 'create index temp.as_of_profiles on client_profiles (customer_id)',
  },
  { table: 'churn_scores', make: scores, index: 'create index temp.as_of_scores on churn_scores (customer_id)' },
];

/** Has the database's connection see a shop as of a moment, or as it is now. */
export function travel(database: DatabaseSync, shop: string, at: number | undefined): void {
  for (const { table, make, index } of shadows) {
    database.exec(`drop table if exists temp.${table}`);
    if (at === undefined) continue;
    database.prepare(make).run({ shop, at });
    database.exec(index);
  }
}
