-- Verify studytracker:energy_checkins on pg

begin;

select account_id, id, checkin_datetime, energy_level, engagement_level, mood, notes, created_at,
	updated_at, deleted_at
from energy_checkins where false;
select 1 / (count(*) = 2)::int from pg_class where relname in (
	'energy_checkins_live', 'energy_checkins_checkin_datetime');
select 'energy_checkin_now(bigint, bigint)'::regprocedure;

rollback;
