-- Verify studytracker:learnings on pg

begin;

select account_id, id, title, content, type, date, source, meeting_id, project_id, tag_ids,
	search_key, created_at, updated_at, deleted_at
from learnings where false;
select 1 / (count(*) = 6)::int from pg_class where relname in (
	'learnings_live', 'learnings_date', 'learnings_meeting', 'learnings_project', 'learnings_tags',
	'learnings_search');
select 'learning_now(bigint, bigint)'::regprocedure;

rollback;
