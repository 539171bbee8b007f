-- What is known of a customer.
-- :shop, :customer
select * from client_profiles where shop = :shop and customer_id = :customer
