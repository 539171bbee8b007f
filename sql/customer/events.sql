-- What a customer bought and brought back, the newest first.
-- :shop, :customer; :most  rows at most
select kind, time, order_id, product, category, quantity, amount, payment_method, returned
from (
  select * from ecommerce_events where shop = :shop and kind = 'PURCHASE' and customer_id = :customer
  union all
  select * from ecommerce_events where shop = :shop and kind = 'RETURN' and customer_id = :customer
)
order by time desc, order_id
limit :most
