-- What the models, and the baselines beside them, turned out to be worth, by the month at whose end they predicted.
-- :shop; :to  now, UTC epoch milliseconds: what came later is left out
-- Rows: month, model, version, role (null: a baseline), tested_rows, churned, auc with its interval, auc_active_180, brier,
-- log_loss, calibration_error and what chance alone makes of it.
select
  month,
  model,
  version,
  role,
  tested_rows,
  churned,
  auc,
  auc_low,
  auc_high,
  auc_active_180,
  brier,
  log_loss,
  calibration_error,
  calibration_error_floor
from model_metrics
where shop = :shop and time <= :to
order by month, role is null, role, model, version
