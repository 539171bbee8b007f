-- Categories with the highest engagement: purchases per customer, among categories with at least 30 customers.
-- :shop; :from, :to  range in UTC epoch milliseconds (the last 28 days)
-- Rows: category, customers (distinct buyers with an id), purchases (theirs), purchases_per_customer, views_per_customer
-- and carts_per_customer (per buyer; null when the shop's data have no views or no carts in the range).
with kinds as (
  select
    sum(case when kind = 'VIEW' then 1 else 0 end) as views,
    sum(case when kind = 'CART' then 1 else 0 end) as carts
  from ecommerce_events
  where shop = :shop and time >= :from and time < :to
),
categories as (
  select
    coalesce(category, 'unknown') as category,
    count(distinct case when kind = 'PURCHASE' then customer_id end) as customers,
    sum(case when kind = 'PURCHASE' and customer_id is not null then 1 else 0 end) as purchases,
    sum(case when kind = 'VIEW' then 1 else 0 end) as views,
    sum(case when kind = 'CART' then 1 else 0 end) as carts
  from ecommerce_events
  where shop = :shop and time >= :from and time < :to
  group by coalesce(category, 'unknown')
)
select
  categories.category as category,
  categories.customers as customers,
  categories.purchases as purchases,
  1e0 * categories.purchases / categories.customers as purchases_per_customer,
  case when kinds.views > 0 then 1e0 * categories.views / categories.customers end as views_per_customer,
  case when kinds.carts > 0 then 1e0 * categories.carts / categories.customers end as carts_per_customer
from categories
cross join kinds
where categories.customers >= 30
order by purchases_per_customer desc, category
