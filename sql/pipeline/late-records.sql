-- Records that came to a topology too late for a window, the newest first.
-- :shop, :topology; :most  rows at most
select topic, source_partition, source_offset, record_key, time, store, window_start, window_end, watermark, reason
from late_events
where shop = :shop and topology = :topology
order by source_offset desc, source_partition
limit :most
