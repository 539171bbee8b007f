-- How models, and the baselines beside them, did live: the newest month first.
-- :shop
select * from model_metrics where shop = :shop order by month desc, role is null, role, model, version
