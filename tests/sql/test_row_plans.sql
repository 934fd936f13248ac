-- The functions and triggers of system C read few of the rows, also in a connection that first
-- called them while the tables were empty.
begin;
select no_plan();

create temp table tables as
select t::regclass as relation
from unnest('{tags,people,projects,skills,skill_progress,skill_projects,goals,milestones,meetings,attendances,learnings,feedback,action_items,tasks,kept_daily_totals,kept_topic_totals,pending_totals}'::text[]) as t;

create temp table calls (name text, call text, most int, wanted text);
insert into calls values
	('tag names', $$tag_names(1, '{1,2,3}')$$, 20, '{"tag 1","tag 2","tag 3"}'),
	('new tag names', $$tag_names_now(1, '{1,2,3}')$$, 20, '{"tag 1","tag 2","tag 3"}'),
	('the tag of a key', $$(select t.id from tag_of_key_now(1, 'tag 7') as t)$$, 10, '7'),
	('the skill of a key', $$(select s.id from skill_of_key_now(1, 'skill 7') as s)$$, 10, '7'),
	('the project of a path', $$(select p.id from project_of_key_now(1, path_key('/7')) as p)$$, 10, '7'),
	('a pair', $$(select s.id from skill_project_of_key_now(1, 7, 1) as s)$$, 20, '7'),
	('rows with a tag', $$tag_count(1, 5, 'learning')$$, 60, '20'),
	('people', $$jsonb_array_length(people_of(1, '{1,2,3}'))$$, 20, '3'),
	('a person who was met lately', $$account_today(1) - person_last_met(1, 1)$$, 10, '0'),
	('a person who was met long ago', $$account_today(1) - person_last_met(1, 900)$$, 10, '899'),
	('a person who was never met', $$person_last_met(1, 19000)$$, 10, null),
	('milestones', $$jsonb_array_length(goal_milestones(1, 7))$$, 40, '10'),
	('the number of milestones', $$goal_milestone_count(1, 7, null)$$, 40, '10'),
	('minutes of a week', $$goal_minutes_this_week(1, '{1,2}')$$, 200, '0'),
	('goals above', $$goal_is_at_or_below(1, 5, 1)$$, 30, 'true'),
	('action items', $$jsonb_array_length(actions_of(1, 'meeting', 7))$$, 40, '10'),
	('a source', $$source_exists_held(1, 'meeting', 7)$$, 10, 'true'),
	('projects of a skill', $$skill_project_count(1, 7)$$, 10, '1'),
	('a search', $$cardinality(search_rows('tasks', 1, '%task 77777%'))$$, 200, '1'),
	('the current row', $$(select t.title from task_now(1, 7) as t)$$, 10, 'task 7');
create temp table changes (name text, change text, most int);
insert into changes values
	('a deleted goal', $$insert into goals (account_id, id, title) values (1, 7, 'g'), (1, 8, 'g') on conflict (account_id, id) do update set deleted_at = now()$$, 1500),
	('a deleted project', 'update projects set deleted_at = now() where account_id = 1 and id = 7', 1500),
	('a deleted person', 'update people set deleted_at = now() where account_id = 1 and id = 7', 400),
	('a deleted meeting', 'update meetings set deleted_at = now() where account_id = 1 and id = 7', 200),
	('a deleted skill', 'update skills set deleted_at = now() where account_id = 1 and id = 7', 100),
	('a deleted tag', 'update tags set deleted_at = now() where account_id = 1 and id = 7', 1500),
	('a deleted topic', 'update topics set deleted_at = now() where account_id = 1 and id = 7', 1500);

create function pg_temp.reads() returns bigint
	language sql volatile as $$
	select (select sum(pg_stat_get_xact_tuples_returned(t.relation)) from tables as t)::bigint
		+ (select sum(pg_stat_get_xact_tuples_returned(i.indexrelid)) from tables as t join pg_index as i on i.indrelid = t.relation)::bigint
	$$;

create function pg_temp.prepare() returns void
	language plpgsql as $$
declare
	c record;
begin
	for c in select name, 'select (' || call || ')::text' as statement from calls union all select name, change from changes loop
		execute format('prepare %I as %s', c.name, c.statement);
		begin
			execute format('execute %I', c.name);
			raise exception using errcode = 'UNDO1';
		exception
			when sqlstate 'UNDO1' then null;
		end;
	end loop;
end
$$;

create function pg_temp.fill() returns void
	language sql as $$
	insert into tags (account_id, id, name) overriding system value select 1, n, 'tag ' || n from generate_series(1, 1000) as n;
	insert into topics (account_id, id, name) overriding system value select 1, n, 'topic ' || n from generate_series(1, 1000) as n;
	insert into people (account_id, id, name) overriding system value select 1, n, 'person ' || n from generate_series(1, 20000) as n;
	insert into projects (account_id, id, name, path) overriding system value select 1, n, 'project', '/' || n from generate_series(1, 1000) as n;
	insert into skills (account_id, id, name) overriding system value select 1, n, 'skill ' || n from generate_series(1, 1000) as n;
	insert into skill_projects (account_id, id, skill_id, project_id) overriding system value select 1, n, n, 1 from generate_series(1, 1000) as n;
	insert into goals (account_id, id, title, parent_goal_id, topic_ids) overriding system value
	select 1, n, 'goal', case when n % 5 <> 1 then n - 1 end, array[n % 1000 + 1] from generate_series(1, 2000) as n;
	insert into milestones (account_id, id, goal_id, description) overriding system value select 1, n, 1 + n % 2000, 'm' from generate_series(1, 20000) as n;
	insert into meetings (account_id, id, title, meeting_date, attendee_ids) overriding system value
	select 1, n, 'm', account_today(1) - n % 1000, array[n % 1000 + 1, 2000 + n % 1000] from generate_series(1, 2000) as n;
	insert into learnings (account_id, id, title, meeting_id, project_id, tag_ids) overriding system value
	select 1, n, 'l', 1 + n % 2000, 1 + n % 1000, array[n % 1000 + 1] from generate_series(1, 20000) as n;
	insert into feedback (account_id, id, content, from_person_id, tag_ids) overriding system value
	select 1, n, 'f', 1 + n % 2000, array[n % 1000 + 1] from generate_series(1, 2000) as n;
	insert into action_items (account_id, id, description, source_type, source_id) overriding system value
	select 1, n, 'a', 'meeting', 1 + n % 2000 from generate_series(1, 20000) as n;
	insert into tasks (account_id, id, title, goal_id, project_id) overriding system value
	select 1, n, 'task ' || n, 1 + n % 2000, 1 + n % 1000 from generate_series(1, 100000) as n;
	$$;

create function pg_temp.expect_answer(c calls) returns setof text
	language plpgsql as $$
declare
	before constant bigint := pg_temp.reads();
	answer text;
begin
	execute format('execute %I', c.name) into answer;
	return next cmp_ok(pg_temp.reads() - before, '<=', c.most::bigint, c.name || ': few rows are read');
	return next is(answer, c.wanted, c.name);
end
$$;

create function pg_temp.expect_change(c changes) returns text
	language plpgsql as $$
declare
	before constant bigint := pg_temp.reads();
begin
	execute format('execute %I', c.name);
	return cmp_ok(pg_temp.reads() - before, '<=', c.most::bigint, c.name || ': few rows are read');
end
$$;

analyze tags, people, projects, skills, goals, milestones, meetings, learnings, feedback, action_items, tasks;
select pg_temp.prepare();
select pg_temp.fill();
select pg_temp.expect_answer(c) from calls as c;
select pg_temp.expect_change(c) from changes as c;
select is(count(*), 0::bigint, 'the goals have no tasks') from tasks where goal_id in (7, 8);
analyze tags, people, projects, skills, goals, milestones, meetings, learnings, feedback, action_items, tasks;
select pg_temp.expect_answer(c) from calls as c where name not in ('the tag of a key', 'the skill of a key', 'the project of a path', 'a pair', 'a source',
	'milestones', 'the number of milestones', 'action items', 'projects of a skill');
select * from finish();
rollback;
