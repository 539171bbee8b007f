-- A customer's events, the newest first.
-- :shop, :customer; :most  rows at most
select * from ecommerce_events where shop = :shop and customer_id = :customer order by time desc, event_id limit :most
