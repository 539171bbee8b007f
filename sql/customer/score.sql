-- What is thought of a customer now.
-- :shop, :customer
select as_of, `trigger`, time, probability, band, model, version, horizon_days, reasons, previous, trend, recency, frequency,
  active_180, expected_spend, expected_loss
from churn_scores
where shop = :shop and customer_id = :customer
