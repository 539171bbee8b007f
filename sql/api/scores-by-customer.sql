-- Customers and their newest scores, by the customers' ids.
-- :shop; :band  only these, or '' for all; :least_probability, :least_loss  from these on, null being 0
-- :after_customer  the last of the page before, or ''; :most  rows at most
select *
from churn_scores
where shop = :shop
  and (:band = '' or band = :band)
  and coalesce(probability, 0) >= :least_probability
  and coalesce(expected_loss, 0) >= :least_loss
  and customer_id > :after_customer
order by customer_id
limit :most
