-- Customers at risk: the 100 with the greatest expected loss, why, and what the champion has said of them.
-- :shop; :from, :to  UTC epoch milliseconds: customers whose last purchase is in the range count as active (180 days), and
--   :to is now; :horizon  milliseconds of a horizon (90 days); :margin  share of the spend that is margin (1)
-- Rows: customer_id, probability, band, trend (change since the score before; above 0 is worse), as_of, reasons (JSON), orders,
-- spend, at_stake and expected_loss (minor units, as view 15 has them), last_purchase, history (JSON: [as_of, probability], the
-- oldest first, of the 12 newest month ends and days of purchase).
with customers as (
  select
    customer_id,
    count(distinct coalesce(order_id, event_id)) as orders,
    sum(amount) as spend,
    max(time) as last_purchase,
    1e0 * :margin * sum(amount) * :horizon
      / case when :to - min(time) > :horizon then :to - min(time) else :horizon end as at_stake
  from ecommerce_events
  where shop = :shop and kind = 'PURCHASE' and customer_id is not null
    -- The plus has it read customer by customer: most of all time is in the range.
    and +time < :to
  group by customer_id
  having max(time) >= :from
),
ranked as (
  select
    customers.customer_id as customer_id,
    probability,
    band,
    trend,
    as_of,
    reasons,
    orders,
    spend,
    at_stake,
    probability * at_stake as expected_loss,
    last_purchase
  from customers
  join churn_scores on churn_scores.shop = :shop and churn_scores.customer_id = customers.customer_id
  where probability is not null
  order by probability * at_stake desc, at_stake desc, customers.customer_id
  limit 100
)
select
  ranked.*,
  (
    select json_group_array(json_array(as_of, probability))
    from (
      select * from (
        select as_of, probability, time
        from predictions
        where predictions.shop = :shop and predictions.customer_id = ranked.customer_id
          and role = 'CHAMPION' and predictions.time <= :to
        order by time desc
        limit 12
      )
      order by time
    )
  ) as history
from ranked
order by expected_loss desc, at_stake desc, customer_id
