-- Total per day: revenue, orders and customers of each local day, and the mean revenue of the seven days that end with it.
-- :shop; :from, :to  range in UTC epoch milliseconds, from local midnight to local midnight
-- Rows: local_date, revenue (minor units), orders, customers (distinct, with an id), mean_revenue_7_days.
-- A day without sales has no row, and counts as zero in the means; the means reach back before :from.
with sales as (
  select
    local_date,
    max(time) as last_time,
    sum(amount) as revenue,
    count(distinct coalesce(order_id, event_id)) as orders,
    count(distinct customer_id) as customers,
    cast(substr(local_date, 9, 2) as integer) as d,
    (cast(substr(local_date, 6, 2) as integer) + 9) % 12 as m,
    cast(substr(local_date, 1, 4) as integer)
      - case when cast(substr(local_date, 6, 2) as integer) < 3 then 1 else 0 end as y
  from ecommerce_events
  -- A day more than six, as one of them may have had 25 hours.
  where shop = :shop and kind = 'PURCHASE' and time >= :from - 7 * 86400000 and time < :to
  group by local_date
),
-- Days since 0000-03-01: years that begin in March put the leap day last.
days as (
  select
    sales.*,
    365 * y + (y - y % 4) / 4 - (y - y % 100) / 100 + (y - y % 400) / 400
      + (153 * m + 2 - (153 * m + 2) % 5) / 5 + d as day
  from sales
)
select
  today.local_date as local_date,
  today.revenue as revenue,
  today.orders as orders,
  today.customers as customers,
  sum(past.revenue) / 7e0 as mean_revenue_7_days
from days today
join days past on past.day <= today.day and past.day > today.day - 7
where today.last_time >= :from
group by today.local_date, today.revenue, today.orders, today.customers
order by today.local_date
