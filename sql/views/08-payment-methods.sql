-- Payment methods.
-- :shop; :from, :to  range in UTC epoch milliseconds
-- Rows: payment_method, orders, revenue (minor units), order_share and revenue_share (0 to 1), mean_order_value.
select
  coalesce(payment_method, 'unknown') as payment_method,
  count(distinct coalesce(order_id, event_id)) as orders,
  sum(amount) as revenue,
  1e0 * count(distinct coalesce(order_id, event_id))
    / sum(count(distinct coalesce(order_id, event_id))) over () as order_share,
  1e0 * sum(amount) / nullif(sum(sum(amount)) over (), 0) as revenue_share,
  1e0 * sum(amount) / count(distinct coalesce(order_id, event_id)) as mean_order_value
from ecommerce_events
where shop = :shop and kind = 'PURCHASE' and time >= :from and time < :to
group by coalesce(payment_method, 'unknown')
order by revenue desc, payment_method
