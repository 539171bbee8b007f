-- Calibration: what the champion said at the newest month end whose horizon has passed, in ten bins of equal count, and what came.
-- :shop; :to  now, UTC epoch milliseconds
-- Rows: bin (1 to 10), as_of, customers, predicted (mean probability), churned (share without a purchase in the horizon).
with month_end as (
  select max(time) as time
  from predictions
  where shop = :shop and role = 'CHAMPION' and `trigger` = 'GRID' and time + horizon_days * 86400000 <= :to
),
judged as (
  select
    as_of,
    probability,
    case
      when exists (
        select 1
        from ecommerce_events
        where ecommerce_events.shop = :shop and kind = 'PURCHASE'
          and ecommerce_events.customer_id = predictions.customer_id
          and ecommerce_events.time >= predictions.time
          and ecommerce_events.time < predictions.time + horizon_days * 86400000
      ) then 0
      else 1
    end as churned,
    ntile(10) over (order by probability, predictions.customer_id) as bin
  from predictions
  join month_end on month_end.time = predictions.time
  where predictions.shop = :shop and role = 'CHAMPION' and `trigger` = 'GRID'
)
select bin, max(as_of) as as_of, count(*) as customers, avg(probability) as predicted, avg(1e0 * churned) as churned
from judged
group by bin
order by bin
