-- A customer's sessions, the newest first.
-- :shop, :customer; :most  rows at most
select * from sessions where shop = :shop and customer_id = :customer order by session_start desc limit :most
