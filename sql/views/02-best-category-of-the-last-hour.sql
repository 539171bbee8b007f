-- Best category of the last hour: the highest revenue; ties by orders, then by name.
-- :shop; :from, :to  the last complete local hour, in UTC epoch milliseconds (any range will do)
-- Row: category, revenue (minor units), orders. No row when nothing was sold.
select
  coalesce(category, 'unknown') as category,
  sum(amount) as revenue,
  count(distinct coalesce(order_id, event_id)) as orders
from ecommerce_events
where shop = :shop and kind = 'PURCHASE' and time >= :from and time < :to
group by coalesce(category, 'unknown')
order by revenue desc, orders desc, category
limit 1
