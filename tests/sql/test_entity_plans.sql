-- As test_plans_kept, for the statements that the templates make: a batch of 16 requests reads few
-- rows of tables of 3,000 rows, also with a plan that was made before the rows were inserted. Each
-- shape of a description has its calls in the table below.
\getenv prepare_all PREPARE_ALL
begin;
select no_plan();
\i :prepare_all

-- `done` is the number of rows without an outcome. <n> is 1 to 16, <500+n> is 501 to 516, and
-- so on; <day> is a day of its own. The fill function below shows which rows they find.
create temp table calls (method text, what text, done int, request text, call text);
insert into calls (method, what, done, request) values
	('tasks.get', '', 16, '{"task_id": <n>}'),
	('tasks.create', '', 16, '{"title": "new"}'),
	('tasks.create', 'references', 16, '{"title": "new", "goal_id": <n>, "project_id": <n>}'),
	('tasks.create', 'new keys', 16, '{"title": "new", "idempotency_key": "new <n>"}'),
	('tasks.update', '', 16, '{"task_id": <n>, "status": "done", "goal_id": <n>}'),
	('tasks.delete', '', 16, '{"task_id": <n>}'),
	('tasks.restore', '', 16, '{"task_id": <500+n>, "idempotency_key": "new <n>"}'),
	('tasks.list', '', 80, '{"limit": 4}'),
	('tasks.list', 'backwards', 80, '{"limit": 4, "sort": "-created_at", "cursor_id": 2000, "cursor_key": 2000}'),
	('tasks.list', 'by day', 80, '{"limit": 4, "sort": "date", "from": "<day>"}'),
	('tasks.list', 'by day, backwards', 80, '{"limit": 4, "sort": "-date", "to": "2022-01-01", "cursor_key": 18800, "cursor_id": <n>}'),
	('tasks.list', 'a day', 48, '{"date": "<day>"}'),
	('tasks.list', 'a reference', 16, '{"goal_id": <n>}'),
	('tasks.list', 'a reference and more', 16, '{"project_id": <n>, "status": "todo", "sort": "-date"}'),
	('tasks.list', 'words', 16, '{"q": "UNIQUE <n>."}'),
	('learnings.create', '', 16, '{"title": "new", "tags": ["tag <n>", "new <n>"], "meeting_id": <n>}'),
	('learnings.update', '', 16, '{"learning_id": <n>, "tags": ["tag <500+n>", "new <n>"]}'),
	('learnings.list', 'a tag', 16, '{"tag": "TAG <n>", "sort": "-date"}'),
	('skills.create', '', 16, '{"name": "new <n>"}'),
	('skills.create', 'taken names', 0, '{"name": "SKILL <n>"}'),
	('skills.update', 'new names', 16, '{"skill_id": <n>, "name": "new <n>"}'),
	('skills.update', 'taken names', 0, '{"skill_id": <n>, "name": "skill <900+n>"}'),
	('skills.delete', '', 16, '{"skill_id": <n>}'),
	('skills.restore', '', 16, '{"skill_id": <500+n>}'),
	('skill_projects.create', '', 16, '{"skill_id": <n>, "project_id": <900+n>}'),
	('skill_projects.create', 'taken pairs', 0, '{"skill_id": <n>, "project_id": <n>}'),
	('meetings.create', '', 16, '{"title": "new", "meeting_date": "2026-01-01", "attendee_ids": [<n>, <900+n>]}'),
	('meetings.list', 'an attendee', 16, '{"attendee_id": <n>}'),
	('meetings.update', 'attendees and a day', 16, '{"meeting_id": <n>, "attendee_ids": [<900+n>], "meeting_date": "2026-01-01"}'),
	('meetings.delete', '', 16, '{"meeting_id": <n>}'),
	('people.get', '', 16, '{"person_id": <n>}'),
	('people.list', '', 80, '{"limit": 4}'),
	('people.delete', '', 16, '{"person_id": <n>}'),
	('projects.delete', '', 16, '{"project_id": <n>}'),
	('goals.delete', '', 16, '{"goal_id": <n>}'),
	('tags.delete', '', 16, '{"tag_id": <n>}'),
	('action_items.list', 'a source', 16, '{"source_type": "meeting", "source_id": <n>}'),
	('action_items.list', 'an id of a source', 16, '{"source_id": <n>, "sort": "-created_at"}'),
	('milestones.create', '', 16, '{"goal_id": <n>, "description": "new"}'),
	('milestones.restore', '', 16, '{"milestone_id": <500+n>}'),
	('milestones.list', 'a parent', 16, '{"goal_id": <n>}'),
	('feedback.get', 'a look-up', 16, '{"feedback_id": <n>}'),
	('feedback.list', 'a tag', 16, '{"tag": "TAG <n>", "sentiment": "positive"}'),
	('feedback.list', 'look-ups', 80, '{"limit": 4}');
update calls set call = (
	select call_of(method, variadic array_agg(replace(replace(replace(replace(request, '<n>', n::text), '<500+n>', (500 + n)::text),
		'<900+n>', (900 + n)::text), '<day>', (date '2020-01-01' + n)::text)::jsonb order by n))
	from generate_series(1, 16) as n);

-- What the tables hold when the statements are planned.
create temp table states (state text, rows int, is_analysed boolean);
insert into states values
	('all tables empty, never analysed', 0, false),
	('all tables empty', 0, true),
	('50 rows, never analysed', 50, false),
	('50 rows', 50, true),
	('3,000 rows', 3000, true);

create temp table tables as
select t::regclass as relation
from unnest('{accounts,goals,projects,people,meetings,attendances,tags,tasks,learnings,skills,
	skill_projects,skill_progress,milestones,feedback,action_items,idempotency_keys}'::text[]) as t;

create function pg_temp.empty() returns void
	language plpgsql as $$
begin
	set local session_replication_role = replica; -- no trigger: it would truncate totals again
	execute (
		select 'truncate ' || string_agg(c.oid::regclass::text, ', ')
		from pg_class as c
		where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace);
	set local session_replication_role = origin; -- each such setting discards all plans of the connection
	delete from pg_statistic where starelid in (select relation from tables);
	insert into accounts (account_id, name) select n, 'account ' || n from generate_series(1, 16) as n;
end
$$;

-- Inserts the rows from one number to another into each table. Rows 501 to 516 are deleted where a
-- call restores them.
create function pg_temp.fill(first int, last int) returns void
	language sql as $$
	insert into goals (account_id, id, title) select 1, n, 'goal' from generate_series(first, last) as n;
	insert into projects (account_id, id, name) select 1, n, 'project' from generate_series(first, last) as n;
	insert into people (account_id, id, name) select 1, n, 'person' from generate_series(first, last) as n;
	insert into meetings (account_id, id, title, meeting_date, attendee_ids)
	select 1, n, 'meeting', date '2020-01-01' + n % 1000, array[n] from generate_series(first, last) as n;
	insert into tags (account_id, id, name) select 1, n, 'tag ' || n from generate_series(first, last) as n;
	insert into feedback (account_id, id, content, from_person_id, sentiment, tag_ids)
	select 1, n, 'feedback', n, 'positive', array[n] from generate_series(first, last) as n;
	insert into action_items (account_id, id, description, source_type, source_id)
	select 1, n, 'action', 'meeting', n from generate_series(first, last) as n;
	insert into tasks (account_id, id, title, date, goal_id, project_id, deleted_at)
	select 1, n, 'unique ' || n || '.', date '2020-01-01' + n % 1000, n, n, case when n between 501 and 516 then now() end
	from generate_series(first, last) as n;
	insert into learnings (account_id, id, title, date, tag_ids) select 1, n, 'learning', date '2020-01-01' + n % 1000, array[n]
	from generate_series(first, last) as n;
	insert into skills (account_id, id, name, deleted_at) select 1, n, 'skill ' || n, case when n between 501 and 516 then now() end
	from generate_series(first, last) as n;
	insert into skill_projects (account_id, id, skill_id, project_id) select 1, n, n, n from generate_series(first, last) as n;
	insert into milestones (account_id, id, goal_id, description, deleted_at) select 1, n, n, 'milestone', case when n between 501 and 516 then now() end
	from generate_series(first, last) as n;
	insert into idempotency_keys (account_id, key, fingerprint, answer) select 1, 'key ' || n, '', '{}' from generate_series(first, last) as n
	$$;

\ir kept_plans.sql

create function pg_temp.run(s states) returns setof text
	language plpgsql as $$
begin
	perform pg_temp.empty();
	perform pg_temp.fill(1, s.rows);
	if s.is_analysed then
		analyze accounts, goals, projects, people, meetings, attendances, tags, tasks, learnings, skills,
			skill_projects, skill_progress, milestones, feedback, action_items, idempotency_keys;
	end if;
	perform pg_temp.try(call) from calls; -- plans
	perform pg_temp.fill(s.rows + 1, 3000);
	return query select pg_temp.expect('planned with ' || s.state);
end
$$;
select r from states as s cross join lateral pg_temp.run(s) as r;
select * from finish();
rollback;
