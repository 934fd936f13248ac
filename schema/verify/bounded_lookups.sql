-- Verify studytracker:bounded_lookups on pg

begin;

select 1 / count(*)
from pg_indexes
where indexname = 'topics_live_key' and indexdef like '%(account_id + 0)%';
select 1 / (count(*) = 2)::int
from pg_proc
where proname in ('topic_move_sessions', 'topic_restore_sessions')
	and pg_get_functiondef(oid) like '%ON CONFLICT%';
select delete_expired_keys(0);

rollback;
