-- Dead letters of a topology: records that did not decode or broke a rule, the newest first.
-- :shop, :topology; :most  rows at most
-- Rows: topic, source_partition, source_offset, code, message, record_key as text.
select
  topic,
  source_partition,
  source_offset,
  code,
  message,
  cast(record_key as text) as record_key
from dead_letters
where shop = :shop and topology = :topology
order by source_offset desc, source_partition
limit :most
