-- Verify studytracker:time_zones on pg

begin;

select 1 / (is_time_zone('CET') and not is_time_zone('UTC-3'))::int;
select 'local_time(timestamptz, text)'::regprocedure;

rollback;
