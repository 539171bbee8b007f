-- Peak shopping hours: orders and revenue by hour of day, with the heat map of weekday and hour.
-- :shop; :from, :to  range in UTC epoch milliseconds, whole weeks that start and end at local midnight (28 days)
-- Rows: weekday null = every day, all 24 hours; weekday 0 (Monday) to 6 (Sunday), hours with sales only.
-- orders, revenue (minor units) are totals; per_day is their mean over the days, or over the days of that weekday.
with recursive hours as (
  select 0 as local_hour
  union all
  select local_hour + 1 from hours where local_hour < 23
),
sales as (
  select
    local_date,
    local_hour,
    coalesce(order_id, event_id) as order_key,
    amount,
    cast(substr(local_date, 6, 2) as integer) as m,
    cast(substr(local_date, 9, 2) as integer) as d,
    cast(substr(local_date, 1, 4) as integer)
      - case when cast(substr(local_date, 6, 2) as integer) < 3 then 1 else 0 end as y
  from ecommerce_events
  where shop = :shop and kind = 'PURCHASE' and time >= :from and time < :to
),
-- Sakamoto's day of the week, turned so that Monday is 0.
cells as (
  select
    local_date,
    local_hour,
    (y + (y - y % 4) / 4 - (y - y % 100) / 100 + (y - y % 400) / 400
      + cast(substr('032503514624', m, 1) as integer) + d + 6) % 7 as weekday,
    count(distinct order_key) as orders,
    sum(amount) as revenue
  from sales
  group by local_date, local_hour, m, d, y
),
days as (
  select round((:to - :from) / 86400000e0) as n
)
select
  null as weekday,
  hours.local_hour as local_hour,
  coalesce(sum(cells.orders), 0) as orders,
  coalesce(sum(cells.revenue), 0) as revenue,
  1e0 * coalesce(sum(cells.orders), 0) / max(days.n) as orders_per_day,
  1e0 * coalesce(sum(cells.revenue), 0) / max(days.n) as revenue_per_day
from hours
cross join days
left join cells on cells.local_hour = hours.local_hour
group by hours.local_hour
union all
select
  cells.weekday,
  cells.local_hour,
  sum(cells.orders),
  sum(cells.revenue),
  7e0 * sum(cells.orders) / max(days.n),
  7e0 * sum(cells.revenue) / max(days.n)
from cells
cross join days
group by cells.weekday, cells.local_hour
order by 1, 2
