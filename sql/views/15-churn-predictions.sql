-- Churn predictions: customers active in the 180 days before :to, per band, and the 50 with the greatest expected loss.
-- :shop; :from, :to  UTC epoch milliseconds: customers whose last purchase is in the range count as active (180 days),
--   and :to is now; :horizon  milliseconds of a horizon (90 days); :margin  share of the spend that is margin (1)
-- Rows: level (band, customer), band, customer_id (null for a band), customers, probability (mean of a band's), at_stake
-- and expected_loss (minor units). at_stake = margin * mean spend per horizon since the first purchase, at least one
-- horizon; expected_loss = probability * at_stake. Who has no score is UNSCORED, without probability and expected loss.
with customers as (
  select
    customer_id,
    1e0 * :margin * sum(amount) * :horizon
      / case when :to - min(time) > :horizon then :to - min(time) else :horizon end as at_stake
  from ecommerce_events
  where shop = :shop and kind = 'PURCHASE' and customer_id is not null and time < :to
  group by customer_id
  having max(time) >= :from
),
scored as (
  select
    customers.customer_id as customer_id,
    at_stake,
    coalesce(band, 'UNSCORED') as band,
    probability,
    probability * at_stake as expected_loss
  from customers
  left join churn_scores on churn_scores.shop = :shop and churn_scores.customer_id = customers.customer_id
),
placed as (
  select scored.*, row_number() over (order by expected_loss desc, at_stake desc, customer_id) as place from scored
)
select
  'band' as level,
  band,
  null as customer_id,
  count(*) as customers,
  avg(probability) as probability,
  sum(at_stake) as at_stake,
  sum(expected_loss) as expected_loss
from scored
group by band
union all
select 'customer', band, customer_id, 1, probability, at_stake, expected_loss
from placed
where place <= 50
order by level, expected_loss desc, at_stake desc, customer_id
