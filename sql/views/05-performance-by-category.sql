-- Performance by category.
-- :shop; :from, :to  range in UTC epoch milliseconds
-- Rows: category, orders, units, revenue (minor units), mean_unit_price (of the purchases that have one, minor units),
-- customers (distinct, with an id), returned_units (of returns, and of purchases marked as returned), return_rate
-- (returned units / units; null when none were bought), revenue_share (0 to 1).
select
  coalesce(category, 'unknown') as category,
  count(distinct case when kind = 'PURCHASE' then coalesce(order_id, event_id) end) as orders,
  sum(case when kind = 'PURCHASE' then quantity else 0 end) as units,
  sum(case when kind = 'PURCHASE' then amount else 0 end) as revenue,
  avg(case when kind = 'PURCHASE' then 1e0 * unit_price end) as mean_unit_price,
  count(distinct case when kind = 'PURCHASE' then customer_id end) as customers,
  sum(case when kind = 'RETURN' or returned = 1 then abs(quantity) else 0 end) as returned_units,
  1e0 * sum(case when kind = 'RETURN' or returned = 1 then abs(quantity) else 0 end)
    / nullif(sum(case when kind = 'PURCHASE' then quantity else 0 end), 0) as return_rate,
  1e0 * sum(case when kind = 'PURCHASE' then amount else 0 end)
    / nullif(sum(sum(case when kind = 'PURCHASE' then amount else 0 end)) over (), 0) as revenue_share
from ecommerce_events
where shop = :shop and kind in ('PURCHASE', 'RETURN') and time >= :from and time < :to
group by coalesce(category, 'unknown')
order by revenue desc, category
