-- Sales of the last 5 hours: revenue and orders of each hour of the range, hours without sales included.
-- :shop; :from, :to  whole local hours, in UTC epoch milliseconds (the last five complete ones)
-- Rows: hour_start (UTC epoch milliseconds), revenue (minor units), orders.
with recursive hours as (
  select :from + 0 as hour_start
  union all
  select hour_start + 3600000 from hours where hour_start + 3600000 < :to
),
sales as (
  select
    time - (time - :from) % 3600000 as hour_start,
    coalesce(order_id, event_id) as order_key,
    amount
  from ecommerce_events
  where shop = :shop and kind = 'PURCHASE' and time >= :from and time < :to
)
select
  hours.hour_start as hour_start,
  coalesce(sum(sales.amount), 0) as revenue,
  count(distinct sales.order_key) as orders
from hours
left join sales on sales.hour_start = hours.hour_start
group by hours.hour_start
order by hours.hour_start
