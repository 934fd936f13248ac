-- Verify studytracker:accounts on pg

begin;

select account_id, name, time_zone, week_start, day_starts_at, created_at from accounts where false;
select 1 / count(*) from accounts where account_id = 1;
select account_today('UTC', '04:00');

rollback;
