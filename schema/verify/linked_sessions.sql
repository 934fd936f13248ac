-- Verify studytracker:linked_sessions on pg

begin;

select account_id, id, task_id, goal_id, skill_id, project_id from linked_sessions where false;
select 1 / (count(*) = 4)::int from pg_constraint
where conrelid = 'linked_sessions'::regclass and contype = 'f'
	and confrelid in ('tasks'::regclass, 'goals'::regclass, 'skills'::regclass, 'projects'::regclass);
select 1 / (count(*) = 0)::int from pg_constraint where conrelid = 'sessions'::regclass
	and confrelid in ('tasks'::regclass, 'goals'::regclass, 'skills'::regclass, 'projects'::regclass);
select 1 / (count(*) = 4)::int from pg_trigger
where tgrelid = 'sessions'::regclass and tgname like 'linked\_sessions\_%';
select 1 / (count(*) = 1)::int from pg_trigger
where tgrelid = 'linked_sessions'::regclass and tgname = 'linked_sessions_guard_all';
select 1 / (count(*) = 0)::int from linked_sessions_differences();

rollback;
