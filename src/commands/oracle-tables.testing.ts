/** Every result recomputed from `expected_rows` and `covered` (oracle-events) in DuckDB's SQL. Columns are named as in sql/migrations. */

const HOUR = 3_600_000;
const GRACE = 600_000;
const GAP = 1_800_000;
const CAP = 86_400_000;

const hourly = `time // ${HOUR} * ${HOUR}`;
const complete = `cast(window_start + ${HOUR} + ${GRACE} <= (select until from covered) as bigint)`;
const purchase = `filter (where kind = 'PURCHASE')`;
const sales = `
  count(*) ${purchase} as transactions,
  count(distinct customer_id) ${purchase} as unique_customers,
  coalesce(sum(amount) ${purchase}, 0) as revenue,
  coalesce(sum(quantity) ${purchase}, 0) as quantity,
  count(*) filter (where kind = 'RETURN' or (kind = 'PURCHASE' and returned = 1)) as returns`;

const categories = `
  create table expected_category_metrics as
    select *, window_start + ${HOUR} as window_end, ${complete} as complete from (
      select coalesce(category, 'unknown') as category, ${hourly} as window_start, ${sales},
        min(unit_price) ${purchase} as min_price,
        sum(unit_price) ${purchase} / cast(count(unit_price) ${purchase} as double) as avg_price,
        max(unit_price) ${purchase} as max_price
      from expected_events where kind in ('PURCHASE', 'RETURN') group by 1, 2);`;

const age = `case when age is null then 'unknown' when age < 18 then 'under 18' when age < 25 then '18-24'
  when age < 35 then '25-34' when age < 45 then '35-44' else '45+' end`;

const segments = `
  create table expected_segment_metrics as
    select *, window_start + ${HOUR} as window_end, ${complete} as complete from (
      select member.dimension as dimension, coalesce(member.segment, 'unknown') as segment, ${hourly} as window_start, ${sales}
      from (select *, unnest([
        {'dimension': 'payment_method', 'segment': payment_method},
        {'dimension': 'gender', 'segment': gender},
        {'dimension': 'age_group', 'segment': ${age}},
        {'dimension': 'country', 'segment': country}]) as member
      from expected_events where kind in ('PURCHASE', 'RETURN')) group by 1, 2, 3);`;

/** The value of a customer's purchases seen most often; ties go to the name that sorts first. */
const favourite = (column: string): string => `(
  select customer_id, first(${column} order by n desc, ${column}) as value
  from (select customer_id, ${column}, count(*) as n from expected_events
    where kind = 'PURCHASE' and ${column} is not null group by all) group by 1)`;

/** What was stated last; ties go to the greater event id, as text. */
const latest = (column: string): string =>
  `arg_max(${column}, {'time': time, 'row': cast(row as varchar)}) filter (where ${column} is not null)`;

const profiles = `
  create table expected_client_profiles as
    select profile.*, spend / cast(nullif(orders, 0) as double) as average_basket,
      payment.value as preferred_payment, category.value as favourite_category
    from (
      select customer_id,
        count(*) ${purchase} as purchases,
        count(distinct order_id) ${purchase} + count(*) filter (where kind = 'PURCHASE' and order_id is null) as orders,
        coalesce(sum(amount) ${purchase}, 0) as spend,
        sum(unit_price) ${purchase} / cast(count(unit_price) ${purchase} as double) as average_price,
        coalesce(sum(quantity) ${purchase}, 0) as quantity,
        count(*) filter (where kind = 'RETURN' or (kind = 'PURCHASE' and returned = 1)) as returns,
        min(time) as first_seen, max(time) as last_seen,
        min(time) ${purchase} as first_purchase, max(time) ${purchase} as last_purchase,
        ${latest('gender')} as gender, ${latest('age')} as age, ${latest('country')} as country,
        any_value(currency) as currency
      from expected_events where customer_id is not null group by 1) as profile
    left join ${favourite('payment_method')} as payment using (customer_id)
    left join ${favourite('category')} as category using (customer_id);`;

/** Islands between gaps; one that is longer than the cap is cut at its first event a cap or more after each start. */
const sessions = `
  create table visits as
    select *, sum(cast(opens as integer)) over (partition by customer_id order by time, row rows unbounded preceding) as island from (
      select customer_id, time, kind, amount, row,
        coalesce(time - lag(time) over (partition by customer_id order by time, row) >= ${GAP}, true) as opens
      from expected_events where customer_id is not null and kind <> 'RETURN');
  create table starts as
    with recursive cuts as (
      select customer_id, island, min(time) as start from visits group by all
      union all
      select cuts.customer_id, cuts.island, min(visits.time) from cuts join visits using (customer_id, island)
      where visits.time >= cuts.start + ${CAP} group by all)
    select * from cuts;
  create table expected_sessions as
    select *, cast(least(session_end + ${GAP}, session_start + ${CAP}) <= (select until from covered) as bigint) as complete,
      case when purchases > 0 then 'PURCHASE' when carts > 0 then 'CART' else 'VIEW' end as funnel_step
    from (
      select visits.customer_id, starts.start as session_start, max(time) as session_end,
        count(*) filter (where kind = 'VIEW') as views, count(*) filter (where kind = 'CART') as carts,
        count(*) ${purchase} as purchases, coalesce(sum(amount) ${purchase}, 0) as revenue
      from visits asof join starts
        on visits.customer_id = starts.customer_id and visits.island = starts.island and visits.time >= starts.start
      group by all);`;

/** Statements that make `expected_events`, `expected_<table>` for every result, and `expected_dead_letters` by code. */
export const expectedTables = `
  create table expected_events as select * exclude (code) from expected_rows where code is null;
  create table expected_dead_letters as select code, count(*) as n from expected_rows where code is not null group by 1;
  ${categories} ${segments} ${profiles} ${sessions}`;
