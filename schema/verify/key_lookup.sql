-- Verify studytracker:key_lookup on pg

begin;

select 'is_live_key(timestamptz)'::regprocedure;
select 1 / count(*)
from pg_indexes
where indexname = 'idempotency_keys_age' and indexdef like '%(created_at)';

rollback;
