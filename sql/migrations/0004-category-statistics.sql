-- How prices, quantities and amounts of a category's week are spread, and how they go together.

-- Standard deviations are as of a sample; quartiles lie between two values in proportion; correlations are Pearson's.
-- Money is in minor units; null: too few purchases, or nothing that varies.
create table if not exists category_statistics (
  shop varchar(64) not null,
  category varchar(255) not null,
  window_start bigint not null, -- a Monday, 0:00 UTC
  window_end bigint not null,
  purchases bigint not null,
  price_mean double,
  price_deviation double,
  price_lower_quartile double,
  price_median double,
  price_upper_quartile double,
  quantity_mean double,
  quantity_deviation double,
  quantity_lower_quartile double,
  quantity_median double,
  quantity_upper_quartile double,
  amount_mean double,
  amount_deviation double,
  amount_lower_quartile double,
  amount_median double,
  amount_upper_quartile double,
  price_quantity_correlation double,
  price_amount_correlation double,
  quantity_amount_correlation double,
  age_amount_correlation double,
  quartile_error double not null, -- relative to the quartile itself; 0: exact
  complete integer not null,
  primary key (shop, category, window_start)
);
