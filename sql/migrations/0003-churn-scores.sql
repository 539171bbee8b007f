-- What churn models say of customers, and how well they say it.

-- A customer, and the newest score. Probability is of no purchase within horizon_days; null: no model was in force.
create table if not exists churn_scores (
  shop varchar(64) not null,
  customer_id varchar(255) not null,
  as_of varchar(10) not null, -- YYYY-MM-DD: nothing of a later local day was known
  `trigger` varchar(16) not null, -- PURCHASE, SILENCE, GRID
  time bigint not null,
  probability double,
  band varchar(16) not null, -- LOST, AT_RISK, WATCH, LOW, UNSCORED
  model varchar(32),
  version varchar(64),
  horizon_days integer,
  reasons mediumtext not null, -- JSON: [{"code", "contribution", "text"}, …], the greatest contribution first
  previous double,
  trend double,
  recency integer not null,
  frequency integer not null,
  active_180 integer not null,
  expected_spend double not null, -- minor units, in a horizon
  expected_loss double, -- probability * expected_spend; null: not active within 180 days, or no score
  currency varchar(16) not null,
  source_partition integer not null,
  source_offset bigint not null,
  primary key (shop, customer_id)
);

-- What each model in force said of a customer at the end of a month or of a day of purchase.
create table if not exists predictions (
  shop varchar(64) not null,
  customer_id varchar(255) not null,
  as_of varchar(10) not null,
  `trigger` varchar(16) not null, -- GRID, PURCHASE
  time bigint not null,
  model varchar(32) not null,
  version varchar(64) not null,
  role varchar(16) not null, -- CHAMPION, CHALLENGER
  probability double not null,
  horizon_days integer not null,
  primary key (shop, customer_id, as_of, `trigger`, version)
);

-- How well models, and the baselines beside them, told live who would leave: what they said at the end of a month, and what came.
create table if not exists model_metrics (
  shop varchar(64) not null,
  model varchar(32) not null, -- logistic_regression, decision_tree, random_forest, linear_svc, bg_nbd, recency
  version varchar(64) not null,
  month varchar(7) not null, -- YYYY-MM
  role varchar(16), -- CHAMPION, CHALLENGER; null: a baseline
  horizon_days integer not null,
  time bigint not null,
  tested_rows bigint not null,
  churned double,
  active_rows bigint not null,
  auc double,
  auc_low double,
  auc_high double,
  auc_active_180 double,
  auc_active_180_low double,
  auc_active_180_high double,
  log_loss double,
  log_loss_low double,
  log_loss_high double,
  brier double,
  brier_low double,
  brier_high double,
  calibration_error double,
  calibration_error_floor double,
  primary key (shop, model, version, month)
);
