-- Sales per category, 24 hours: revenue of each category in each hour of the range, hours without sales included.
-- :shop; :from, :to  whole local hours, in UTC epoch milliseconds (the last 24 complete ones)
-- Rows: hour_start (UTC epoch milliseconds), category (those sold in the range), revenue (minor units).
with recursive hours as (
  select :from + 0 as hour_start
  union all
  select hour_start + 3600000 from hours where hour_start + 3600000 < :to
),
sales as (
  select
    time - (time - :from) % 3600000 as hour_start,
    coalesce(category, 'unknown') as category,
    sum(amount) as revenue
  from ecommerce_events
  where shop = :shop and kind = 'PURCHASE' and time >= :from and time < :to
  group by time - (time - :from) % 3600000, coalesce(category, 'unknown')
),
categories as (
  select distinct category from sales
)
select
  hours.hour_start as hour_start,
  categories.category as category,
  coalesce(sales.revenue, 0) as revenue
from hours
cross join categories
left join sales on sales.hour_start = hours.hour_start and sales.category = categories.category
order by hours.hour_start, categories.category
