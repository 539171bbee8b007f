-- Category revenue: minimum, mean and maximum of the daily revenue of each category; days without sales count as zero.
-- :shop; :from, :to  range in UTC epoch milliseconds, from local midnight to local midnight (the last 28 days)
-- Rows: category, min_revenue, mean_revenue, max_revenue (minor units, per local day).
with daily as (
  select coalesce(category, 'unknown') as category, local_date, sum(amount) as revenue
  from ecommerce_events
  where shop = :shop and kind = 'PURCHASE' and time >= :from and time < :to
  group by coalesce(category, 'unknown'), local_date
),
days as (
  select round((:to - :from) / 86400000e0) as n
)
select
  daily.category as category,
  case when count(*) < max(days.n) then 0 else min(daily.revenue) end as min_revenue,
  1e0 * sum(daily.revenue) / max(days.n) as mean_revenue,
  max(daily.revenue) as max_revenue
from daily
cross join days
group by daily.category
order by mean_revenue desc, category
