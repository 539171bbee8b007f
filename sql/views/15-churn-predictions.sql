-- Churn predictions: customers active in the 180 days before :to, per band, and the 50 with the most at stake.
-- :shop; :from, :to  UTC epoch milliseconds: customers whose last purchase is in the range count as active (180 days),
--   and :to is now; :horizon  milliseconds of a horizon (90 days); :margin  share of the spend that is margin (1)
-- Rows: level (band, customer), band, customer_id (null for a band), customers, probability, at_stake and expected_loss
-- (minor units). at_stake = margin * mean spend per horizon since the first purchase, at least one horizon;
-- expected_loss = probability * at_stake. Without a table of churn scores everybody is UNSCORED, and both are null.
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
placed as (
  select customer_id, at_stake, row_number() over (order by at_stake desc, customer_id) as place from customers
)
select
  'band' as level,
  'UNSCORED' as band,
  null as customer_id,
  count(*) as customers,
  null as probability,
  coalesce(sum(at_stake), 0) as at_stake,
  null as expected_loss
from customers
union all
select 'customer', 'UNSCORED', customer_id, 1, null, at_stake, null
from placed
where place <= 50
order by level, at_stake desc, customer_id
