-- Verify studytracker:session_links on pg

begin;

select account_id, id, task_id, goal_id, skill_id, project_id from sessions where false;
select task_id, goal_id, skill_id, project_id from session_now(0, '00000000-0000-0000-0000-000000000000');
select 'sessions_task'::regclass, 'sessions_goal'::regclass, 'sessions_skill'::regclass,
	'sessions_project'::regclass;
select 1 / (session_link_differences(null::session_rows, (1, null, null, null)::wanted_links) = '{task_id}')::int;
select 1 / (count(*) = 4)::int
from pg_trigger
where tgname = 'follow_deletions' and pg_get_triggerdef(oid) like '%''clear sessions %';

rollback;
