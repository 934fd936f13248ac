-- Verify studytracker:goals on pg

begin;

select account_id, id, title, description, type, category, start_date, target_date, status,
	progress_percentage, parent_goal_id, project_id, target_minutes_per_week, topic_ids, search_key,
	created_at, updated_at, deleted_at
from goals where false;
select account_id, id, goal_id, description, target_date, completed, completed_at, created_at,
	updated_at, deleted_at
from milestones where false;
select 1 / (count(*) = 8)::int from pg_class where relname in (
	'goals_live', 'goals_parent_goal', 'goals_project', 'goals_topics', 'goals_search',
	'milestones_live', 'milestones_goal', 'milestones_live_goal');
select 'goal_now(bigint, bigint)'::regprocedure;

rollback;
