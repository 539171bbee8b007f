-- Return rate: returned units / bought units, overall and per category, by week (Monday to Sunday, local dates).
-- :shop; :from, :to  range in UTC epoch milliseconds
-- Rows: week_start (the Monday, as UTC epoch milliseconds of its date), category (null = overall), units, returned_units
-- (of returns, and of purchases marked as returned), return_rate (null when none were bought).
-- A return counts in the week in which it is reported, which need not be the purchase's.
with days as (
  select
    coalesce(category, 'unknown') as category,
    sum(case when kind = 'PURCHASE' then quantity else 0 end) as units,
    sum(case when kind = 'RETURN' or returned = 1 then abs(quantity) else 0 end) as returned_units,
    cast(substr(local_date, 9, 2) as integer) as d,
    (cast(substr(local_date, 6, 2) as integer) + 9) % 12 as m,
    cast(substr(local_date, 1, 4) as integer)
      - case when cast(substr(local_date, 6, 2) as integer) < 3 then 1 else 0 end as y
  from ecommerce_events
  where shop = :shop and kind in ('PURCHASE', 'RETURN') and time >= :from and time < :to
  group by coalesce(category, 'unknown'), local_date
),
-- Days since 1970-01-01, by years that begin in March.
numbered as (
  select
    category,
    units,
    returned_units,
    365 * y + (y - y % 4) / 4 - (y - y % 100) / 100 + (y - y % 400) / 400
      + (153 * m + 2 - (153 * m + 2) % 5) / 5 + d - 719469 as day
  from days
),
-- 1970-01-05 was a Monday.
weeks as (
  select (day - (day + 3) % 7) * 86400000 as week_start, category, units, returned_units from numbered
)
select
  week_start,
  category,
  sum(units) as units,
  sum(returned_units) as returned_units,
  1e0 * sum(returned_units) / nullif(sum(units), 0) as return_rate
from weeks
group by week_start, category
union all
select week_start, null, sum(units), sum(returned_units), 1e0 * sum(returned_units) / nullif(sum(units), 0)
from weeks
group by week_start
order by 1, 2
