-- Verify studytracker:tasks on pg

begin;

select account_id, id, title, description, priority, status, date, estimated_time, actual_time,
	goal_id, project_id, organization_id, completed_at, search_key, created_at, updated_at,
	deleted_at
from tasks where false;
select 1 / (count(*) = 7)::int from pg_class where relname in (
	'tasks_live', 'tasks_date', 'tasks_open', 'tasks_goal', 'tasks_project', 'tasks_organization',
	'tasks_search');
select 'task_now(bigint, bigint)'::regprocedure;

rollback;
