-- Drift: how the champion's probabilities lie at the end of each month.
-- :shop; :to  now, UTC epoch milliseconds
-- Rows: as_of (the month's last day), bin (0 to 9: probability from bin / 10 on; 1 is in the last), customers, probability (mean).
select
  as_of,
  case when probability >= 1 then 9 else cast(floor(probability * 10) as integer) end as bin,
  count(*) as customers,
  avg(probability) as probability
from predictions
where shop = :shop and role = 'CHAMPION' and `trigger` = 'GRID' and time <= :to
group by 1, 2
order by 1, 2
