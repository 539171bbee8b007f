-- Dead letters of a topology: records that did not decode or broke a rule, the newest first.
-- :shop, :topology; :most  rows at most
-- Rows: topic, source_partition, source_offset, code, message, record_key and record_value as text, 2,000 characters of it.
select
  topic,
  source_partition,
  source_offset,
  code,
  message,
  cast(record_key as text) as record_key,
  substr(cast(record_value as text), 1, 2000) as record_value
from dead_letters
where shop = :shop and topology = :topology
order by source_offset desc, source_partition
limit :most
