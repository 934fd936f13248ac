-- Verify studytracker:tags on pg

begin;

select account_id, id, name, name_key, category, search_key, created_at, updated_at, deleted_at
from tags where false;
select 1 / (count(*) = 3)::int from pg_class where relname in (
	'tags_live', 'tags_live_name', 'tags_search');
select 'tag_now(bigint, bigint)'::regprocedure;

rollback;
