-- What is thought of a customer now.
-- :shop, :customer
select * from churn_scores where shop = :shop and customer_id = :customer
