-- Verify studytracker:zone_spelling on pg

begin;

select 1 / (is_time_zone('Europe/Berlin') and not is_time_zone('europe/berlin'))::int;

rollback;
