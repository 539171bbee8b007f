-- High-value customers: the 50 with the highest spend.
-- :shop; :from, :to  range in UTC epoch milliseconds (the last 365 days)
-- Rows: customer_id, spend (minor units), orders, mean_order_value, last_purchase (UTC epoch milliseconds), band,
-- probability: of churn, as of now; UNSCORED and null for who has no score.
with customers as (
  select
    customer_id,
    sum(amount) as spend,
    count(distinct coalesce(order_id, event_id)) as orders,
    1e0 * sum(amount) / count(distinct coalesce(order_id, event_id)) as mean_order_value,
    max(time) as last_purchase
  from ecommerce_events
  where shop = :shop and kind = 'PURCHASE' and customer_id is not null and time >= :from and time < :to
  group by customer_id
  order by spend desc, customer_id
  limit 50
)
select
  customers.customer_id as customer_id,
  spend,
  orders,
  mean_order_value,
  last_purchase,
  coalesce(band, 'UNSCORED') as band,
  probability
from customers
left join churn_scores on churn_scores.shop = :shop and churn_scores.customer_id = customers.customer_id
order by spend desc, customer_id
