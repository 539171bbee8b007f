-- Customers and their newest scores, the likeliest to churn first; those without one last.
-- :shop; :band  only these, or '' for all; :least_probability, :least_loss  from these on, null being 0
-- :after, :after_customer  where the page before ended: its last row's probability (-1 for null) and customer; :most  rows at most
select *
from churn_scores
where shop = :shop
  and (:band = '' or band = :band)
  and coalesce(probability, 0) >= :least_probability
  and coalesce(expected_loss, 0) >= :least_loss
  and (
    coalesce(probability, -1) < :after
    or (coalesce(probability, -1) = :after and customer_id > :after_customer)
  )
order by coalesce(probability, -1) desc, customer_id
limit :most
