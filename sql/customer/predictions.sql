-- What the champion has said of a customer at the ends of months and of days of purchase, the oldest first, and what came.
-- :shop, :customer; :now  UTC epoch milliseconds
-- Rows: …, churned: 1 when nothing was bought in the horizon, 0 when something was, null while that is not known.
select
  as_of,
  `trigger`,
  time,
  probability,
  model,
  version,
  case
    when exists (
      select 1
      from ecommerce_events
      where ecommerce_events.shop = :shop and kind = 'PURCHASE' and ecommerce_events.customer_id = :customer
        and ecommerce_events.time >= predictions.time
        and ecommerce_events.time < predictions.time + horizon_days * 86400000
    ) then 0
    when time + horizon_days * 86400000 <= :now then 1
  end as churned
from predictions
where shop = :shop and customer_id = :customer and role = 'CHAMPION'
order by time
