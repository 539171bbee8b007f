-- Last hour's customer profile: who bought in the range. Customers are those with an id; gender and age as last stated.
-- :shop; :from, :to  the last complete local hour, in UTC epoch milliseconds (any range will do)
-- Rows: dimension (all, loyalty, gender, age_group), segment, customers, share (of the customers, 0 to 1), orders,
-- revenue and mean_order_value (minor units). loyalty: new = first purchase ever is in the range, returning = the others.
with buyers as (
  select
    customer_id,
    min(time) as first_time,
    count(distinct coalesce(order_id, event_id)) as orders,
    sum(amount) as revenue
  from ecommerce_events
  where shop = :shop and kind = 'PURCHASE' and customer_id is not null and time >= :from and time < :to
  group by customer_id
),
described as (
  select
    buyers.orders,
    buyers.revenue,
    case when coalesce(client_profiles.first_purchase, buyers.first_time) >= :from then 'new' else 'returning' end as loyalty,
    coalesce(client_profiles.gender, 'unknown') as gender,
    case
      when client_profiles.age is null then 'unknown'
      when client_profiles.age < 18 then 'under 18'
      when client_profiles.age < 25 then '18-24'
      when client_profiles.age < 35 then '25-34'
      when client_profiles.age < 45 then '35-44'
      else '45+'
    end as age_group
  from buyers
  left join client_profiles on client_profiles.shop = :shop and client_profiles.customer_id = buyers.customer_id
),
members as (
  select 'all' as dimension, 'all' as segment, orders, revenue from described
  union all
  select 'loyalty', loyalty, orders, revenue from described
  union all
  select 'gender', gender, orders, revenue from described
  union all
  select 'age_group', age_group, orders, revenue from described
)
select
  dimension,
  segment,
  count(*) as customers,
  1e0 * count(*) / sum(count(*)) over (partition by dimension) as share,
  sum(orders) as orders,
  sum(revenue) as revenue,
  1e0 * sum(revenue) / sum(orders) as mean_order_value
from members
group by dimension, segment
order by dimension, segment
