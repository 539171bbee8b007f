-- Distribution of scores: customers by probability of churn, in steps of .05.
-- :shop; :from, :to  UTC epoch milliseconds: customers whose last purchase is in the range count (180 days), and :to is now
-- Rows: bin (0 to 19: probability from bin / 20 on; 1 is in the last), customers.
with active as (
  select customer_id
  from ecommerce_events
  where shop = :shop and kind = 'PURCHASE' and customer_id is not null
    -- The plus has it read customer by customer: most of all time is in the range.
    and +time < :to
  group by customer_id
  having max(time) >= :from
)
select
  case when probability >= 1 then 19 else cast(floor(probability * 20) as integer) end as bin,
  count(*) as customers
from active
left join churn_scores on churn_scores.shop = :shop and churn_scores.customer_id = active.customer_id
where probability is not null
group by 1
order by 1
