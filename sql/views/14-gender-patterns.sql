-- Gender patterns: what each gender's spend and orders go to. Gender as stated with the purchase.
-- :shop; :from, :to  range in UTC epoch milliseconds
-- Rows: gender, category, spend (minor units), spend_share (of the gender's spend, 0 to 1), orders, order_share (of the
-- gender's orders in each category; an order of two categories counts in both), customers (distinct, with an id).
select
  coalesce(gender, 'unknown') as gender,
  coalesce(category, 'unknown') as category,
  sum(amount) as spend,
  1e0 * sum(amount) / nullif(sum(sum(amount)) over (partition by coalesce(gender, 'unknown')), 0) as spend_share,
  count(distinct coalesce(order_id, event_id)) as orders,
  1e0 * count(distinct coalesce(order_id, event_id))
    / sum(count(distinct coalesce(order_id, event_id))) over (partition by coalesce(gender, 'unknown')) as order_share,
  count(distinct customer_id) as customers
from ecommerce_events
where shop = :shop and kind = 'PURCHASE' and time >= :from and time < :to
group by coalesce(gender, 'unknown'), coalesce(category, 'unknown')
order by 1, spend desc, 2
