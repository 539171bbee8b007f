-- The tables of Ebb's SQL sinks, in the subset that MariaDB and SQLite share.
-- Times are UTC epoch milliseconds, money is integer minor units, booleans are 0 or 1.
-- Every table has a shop: one database holds several shops side by side.
-- Types are MariaDB's, whose text and blob end at 64 KiB; SQLite reads of them what it needs: whole numbers, text, bytes.
-- On MariaDB the database needs the collation utf8mb4_nopad_bin, so that ids that differ in case or trailing spaces stay apart.

create table if not exists ecommerce_events (
  shop varchar(64) not null,
  event_id varchar(255) not null,
  customer_id varchar(255),
  kind varchar(16) not null, -- PURCHASE, RETURN, VIEW, CART
  time bigint not null,
  order_id varchar(255),
  product varchar(1024),
  category varchar(255),
  unit_price bigint,
  quantity bigint not null,
  amount bigint not null,
  currency varchar(16) not null,
  payment_method varchar(255),
  gender varchar(64),
  age integer,
  country varchar(255),
  returned integer,
  local_date varchar(10) not null, -- YYYY-MM-DD in the shop's time zone
  local_hour integer not null,
  primary key (shop, event_id)
);

-- The only index beside the key: every view reads a range of time, and rows come in about that order.
create index if not exists ecommerce_events_time on ecommerce_events (shop, time);

create table if not exists category_metrics (
  shop varchar(64) not null,
  category varchar(255) not null,
  window_start bigint not null,
  window_end bigint not null,
  transactions bigint not null,
  unique_customers bigint not null,
  revenue bigint not null,
  min_price bigint,
  avg_price double,
  max_price bigint,
  quantity bigint not null,
  returns bigint not null,
  complete integer not null,
  primary key (shop, category, window_start)
);

create table if not exists segment_metrics (
  shop varchar(64) not null,
  dimension varchar(32) not null, -- payment_method, gender, age_group, country
  segment varchar(255) not null,
  window_start bigint not null,
  window_end bigint not null,
  transactions bigint not null,
  unique_customers bigint not null,
  revenue bigint not null,
  quantity bigint not null,
  returns bigint not null,
  complete integer not null,
  primary key (shop, dimension, segment, window_start)
);

create table if not exists client_profiles (
  shop varchar(64) not null,
  customer_id varchar(255) not null,
  purchases bigint not null,
  orders bigint not null,
  spend bigint not null,
  average_basket double,
  average_price double,
  quantity bigint not null,
  returns bigint not null,
  preferred_payment varchar(255),
  favourite_category varchar(255),
  first_seen bigint not null,
  last_seen bigint not null,
  first_purchase bigint,
  last_purchase bigint,
  gender varchar(64),
  age integer,
  country varchar(255),
  currency varchar(16) not null,
  primary key (shop, customer_id)
);

create table if not exists sessions (
  shop varchar(64) not null,
  customer_id varchar(255) not null,
  session_start bigint not null,
  session_end bigint not null,
  views bigint not null,
  carts bigint not null,
  purchases bigint not null,
  revenue bigint not null,
  funnel_step varchar(16) not null, -- VIEW, CART, PURCHASE
  complete integer not null,
  primary key (shop, customer_id, session_start)
);

-- Records that did not decode or broke a rule, by where they were read.
create table if not exists dead_letters (
  shop varchar(64) not null,
  topology varchar(64) not null,
  topic varchar(255) not null,
  source_partition integer not null,
  source_offset bigint not null,
  code varchar(64) not null,
  message mediumtext not null,
  record_key longblob,
  record_value longblob,
  primary key (shop, topology, topic, source_partition, source_offset)
);

-- Records whose window had closed; one record may be late for several windows.
create table if not exists late_events (
  shop varchar(64) not null,
  topology varchar(64) not null,
  store varchar(64) not null,
  topic varchar(255) not null,
  source_partition integer not null,
  source_offset bigint not null,
  record_key varchar(255) not null,
  time bigint not null,
  window_start bigint,
  window_end bigint,
  watermark bigint not null,
  reason varchar(255) not null,
  record_value longblob
);

create index if not exists late_events_source on late_events (shop, topology, topic, source_partition, source_offset);

-- How far each partition has been written; moves in the same transaction as the rows.
-- Taking a partition over raises owner_epoch; a write of an older owner then fails whole.
create table if not exists sink_positions (
  sink varchar(64) not null,
  topic varchar(255) not null,
  topic_partition integer not null,
  owner_epoch bigint not null,
  next_offset bigint not null,
  primary key (sink, topic, topic_partition)
);
