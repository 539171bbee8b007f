-- What is known of a customer.
-- :shop, :customer
select purchases, orders, spend, average_basket, quantity, returns, preferred_payment, favourite_category, first_purchase,
  last_purchase, gender, age, country
from client_profiles
where shop = :shop and customer_id = :customer
