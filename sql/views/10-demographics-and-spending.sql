-- Demographics and spending: age group by gender, of customers with an id; gender and age as last stated.
-- :shop; :from, :to  range in UTC epoch milliseconds
-- Rows: age_group, gender, customers, spend_per_customer and mean_order_value (minor units), favourite_category (most
-- purchases; ties by name).
with people as (
  select
    customer_id,
    coalesce(gender, 'unknown') as gender,
    case
      when age is null then 'unknown'
      when age < 18 then 'under 18'
      when age < 25 then '18-24'
      when age < 35 then '25-34'
      when age < 45 then '35-44'
      else '45+'
    end as age_group
  from client_profiles
  where shop = :shop
),
sales as (
  select
    people.age_group,
    people.gender,
    ecommerce_events.customer_id,
    coalesce(ecommerce_events.order_id, ecommerce_events.event_id) as order_key,
    ecommerce_events.amount,
    coalesce(ecommerce_events.category, 'unknown') as category
  from ecommerce_events
  join people on people.customer_id = ecommerce_events.customer_id
  where ecommerce_events.shop = :shop and ecommerce_events.kind = 'PURCHASE'
    and ecommerce_events.time >= :from and ecommerce_events.time < :to
),
favourites as (
  select
    age_group,
    gender,
    category,
    row_number() over (partition by age_group, gender order by count(*) desc, category) as place
  from sales
  group by age_group, gender, category
)
select
  sales.age_group as age_group,
  sales.gender as gender,
  count(distinct sales.customer_id) as customers,
  1e0 * sum(sales.amount) / count(distinct sales.customer_id) as spend_per_customer,
  1e0 * sum(sales.amount) / count(distinct sales.order_key) as mean_order_value,
  favourites.category as favourite_category
from sales
join favourites
  on favourites.age_group = sales.age_group and favourites.gender = sales.gender and favourites.place = 1
group by sales.age_group, sales.gender, favourites.category
order by sales.age_group, sales.gender
