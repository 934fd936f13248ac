-- Verify studytracker:feedback on pg

begin;

select account_id, id, content, from_person_id, feedback_date, category, sentiment, tag_ids,
	search_key, created_at, updated_at, deleted_at
from feedback where false;
select account_id, id, description, due_date, status, priority, completed_at, source_type,
	source_id, search_key, created_at, updated_at, deleted_at
from action_items where false;
select 1 / (count(*) = 9)::int from pg_class where relname in (
	'feedback_live', 'feedback_feedback_date', 'feedback_from_person', 'feedback_tags',
	'feedback_search', 'action_items_live', 'action_items_source', 'action_items_due',
	'action_items_search');
select 'feedback_now(bigint, bigint)'::regprocedure,
	'action_item_now(bigint, bigint)'::regprocedure;

rollback;
