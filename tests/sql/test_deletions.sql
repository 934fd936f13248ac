-- Deleting a row removes the links to it and deletes its parts. Restoring it restores its parts.
-- Account 2 has the same ids, and its rows never change.
begin;
select no_plan();

insert into topics (account_id, id, name) overriding system value
select a, n, 'topic ' || n from generate_series(1, 2) as a, generate_series(1, 4) as n;
insert into organizations (account_id, id, name, type) overriding system value
select a, n, 'organization ' || n, 'host' from generate_series(1, 2) as a, generate_series(1, 2) as n;
insert into people (account_id, id, name, organization_id, deleted_at) overriding system value
select a, n, 'person ' || n, 1, case when n = 2 then timestamptz '2026-01-02' end from generate_series(1, 2) as a, generate_series(1, 3) as n;
insert into projects (account_id, id, name) overriding system value
select a, n, 'project ' || n from generate_series(1, 2) as a, generate_series(1, 2) as n;
insert into goals (account_id, id, title, parent_goal_id, project_id, topic_ids) overriding system value
select a, n, 'goal ' || n, nullif(n, 1) - 1, 1, '{3,1,2}' from generate_series(1, 2) as a, generate_series(1, 3) as n;
insert into milestones (account_id, id, goal_id, description, deleted_at) overriding system value
select a, n, 1 + n / 4, 'milestone ' || n, case when n = 3 then timestamptz '2026-01-01' end
from generate_series(1, 2) as a, generate_series(1, 4) as n;
insert into skills (account_id, id, name) overriding system value
select a, n, 'skill ' || n from generate_series(1, 2) as a, generate_series(1, 2) as n;
insert into skill_projects (account_id, id, skill_id, project_id) overriding system value
select a, 10 * s + p, s, p from generate_series(1, 2) as a, generate_series(1, 2) as s, generate_series(1, 2) as p;
insert into meetings (account_id, id, title, meeting_date, organization_id, attendee_ids) overriding system value
select a, n, 'meeting ' || n, '2026-01-01', 1, '{2,1,3}' from generate_series(1, 2) as a, generate_series(1, 2) as n;
insert into tags (account_id, id, name) overriding system value
select a, n, 'tag ' || n from generate_series(1, 2) as a, generate_series(1, 3) as n;
insert into learnings (account_id, id, title, meeting_id, project_id, tag_ids) overriding system value
select a, n, 'learning ' || n, 1, 1, '{2,1,3}' from generate_series(1, 2) as a, generate_series(1, 2) as n;
insert into feedback (account_id, id, content, from_person_id, tag_ids) overriding system value
select a, n, 'feedback ' || n, 1, '{1}' from generate_series(1, 2) as a, generate_series(1, 2) as n;
insert into action_items (account_id, id, description, source_type, source_id) overriding system value
select a, n, 'action ' || n, case when n < 3 then 'meeting' else 'feedback' end, 1
from generate_series(1, 2) as a, generate_series(1, 4) as n;
insert into tasks (account_id, id, title, goal_id, project_id, organization_id) overriding system value
select a, n, 'task ' || n, 1, 1, 1 from generate_series(1, 2) as a, generate_series(1, 2) as n;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, task_id, goal_id, skill_id, project_id)
select a, id(n), 4, '2026-01-01', 25, 1, 1, 1, 1 from generate_series(1, 2) as a, generate_series(1, 2) as n;
-- The second row of each kind is deleted: it loses its links, too.
update learnings set deleted_at = '2026-01-02' where id = 2;
update tasks set deleted_at = '2026-01-02' where id = 2;
update sessions set deleted_at = '2026-01-02' where id = id(2);

create function pg_temp.rows_of(account bigint) returns table (content jsonb)
	language plpgsql as $$
declare
	relation text;
begin
	foreach relation in array '{organizations,people,projects,goals,milestones,skills,skill_progress,skill_projects,meetings,tags,learnings,feedback,action_items,tasks,topics,sessions}'::text[] loop
		return query execute format('select to_jsonb(t) || %L from %I as t where account_id = %s', jsonb_build_object('table', relation), relation, account);
	end loop;
end
$$;
create temp table theirs as select * from pg_temp.rows_of(2);

-- Each deletion: the columns of a table after it, in the order of ids, and how many rows have a new
-- version. Each is rolled back.
create temp table deletions (deleted text, relation text, columns text, remains text, changed int);
insert into deletions values
	('organizations 1', 'people', 'organization_id', '(),(),()', 3),
	('organizations 1', 'meetings', 'organization_id', '(),()', 2),
	('organizations 1', 'tasks', 'goal_id, organization_id', '(1,),(1,)', 2),
	('organizations 2', 'people', 'organization_id', '(1),(1),(1)', 0),
	('projects 1', 'goals', 'project_id', '(),(),()', 3),
	('projects 1', 'skill_projects', 'deleted_at is null', '(f),(t),(f),(t)', 2),
	('projects 1', 'learnings', 'meeting_id, project_id', '(1,),(1,)', 2),
	('projects 1', 'tasks', 'goal_id, project_id, organization_id', '(1,,1),(1,,1)', 2),
	('goals 1', 'goals', 'parent_goal_id', '(),(),(2)', 2),
	('goals 1', 'milestones', 'goal_id, deleted_at is null, deleted_at = now()', '(1,f,t),(1,f,t),(1,f,f),(2,t,)', 2),
	('goals 1', 'tasks', 'goal_id, project_id', '(,1),(,1)', 2),
	('goals 1,2', 'goals', 'parent_goal_id', '(),(),()', 3),
	('goals 3', 'tasks', 'goal_id', '(1),(1)', 0),
	('tasks 1', 'sessions', 'task_id, goal_id, skill_id, project_id', '(,1,1,1),(,1,1,1)', 2),
	('tasks 2', 'sessions', 'task_id', '(1),(1)', 0),
	('goals 1', 'sessions', 'task_id, goal_id, skill_id, project_id', '(1,,1,1),(1,,1,1)', 2),
	('skills 1', 'sessions', 'task_id, goal_id, skill_id, project_id', '(1,1,,1),(1,1,,1)', 2),
	('projects 1', 'sessions', 'task_id, goal_id, skill_id, project_id', '(1,1,1,),(1,1,1,)', 2),
	('meetings 1', 'learnings', 'meeting_id', '(),()', 2),
	('meetings 1', 'action_items', 'source_type, source_id', '(,),(,),(feedback,1),(feedback,1)', 2),
	('feedback 1', 'action_items', 'source_type, source_id', '(meeting,1),(meeting,1),(,),(,)', 2),
	('people 1', 'meetings', 'attendee_ids', '("{2,3}"),("{2,3}")', 2),
	('people 1,3', 'meetings', 'attendee_ids', '({2}),({2})', 2),
	('people 1', 'feedback', 'from_person_id', '(),()', 2),
	('tags 1', 'learnings', 'tag_ids', '("{2,3}"),("{2,3}")', 2),
	('tags 1', 'feedback', 'tag_ids', '({}),({})', 2),
	('topics 1', 'goals', 'topic_ids', '("{3,2}"),("{3,2}"),("{3,2}")', 3),
	('topics 4', 'goals', 'topic_ids', '("{3,1,2}"),("{3,1,2}"),("{3,1,2}")', 0),
	('skills 1', 'skill_progress', 'skill_id, deleted_at is null', '(1,f),(2,t)', 1),
	('skills 1', 'skill_projects', 'deleted_at is null', '(f),(f),(t),(t)', 2);

create function pg_temp.expect(d deletions) returns setof text
	language plpgsql as $$
declare
	remains text;
	changed int;
begin
	begin
		execute format('create temp table before as select id, updated_at, deleted_at from %I where account_id = 1', d.relation);
		execute format('update %I set deleted_at = now(), updated_at = next_update(updated_at) where account_id = 1 and id in (%s)',
			split_part(d.deleted, ' ', 1), split_part(d.deleted, ' ', 2));
		execute format('select string_agg(row(%s)::text, %L order by t.id), count(*) filter (where t.updated_at > b.updated_at)
			from %I as t join before as b using (id) where account_id = 1', regexp_replace(d.columns, 'deleted_at', 't.deleted_at', 'g'), ',', d.relation)
		into remains, changed;
		raise exception using errcode = 'UNDO1';
	exception
		when sqlstate 'UNDO1' then null;
	end;
	return next is(remains, d.remains, format('%s of %s after %s', d.columns, d.relation, d.deleted));
	return next is(changed, d.changed, format('new versions of %s after %s', d.relation, d.deleted));
end
$$;
select pg_temp.expect(d) from deletions as d;

-- A merged topic is replaced by the one that took its sessions.
update topics set deleted_at = now(), merged_into = 4 where account_id = 1 and id = 1;
select is((select topic_ids from goals where account_id = 1 and id = 1), '{3,4,2}', 'a merged topic is replaced');
update topics set deleted_at = now(), merged_into = 4 where account_id = 1 and id = 2;
select is((select topic_ids from goals where account_id = 1 and id = 1), '{3,4}', 'and appears once');

-- Parts come back with the row, but not those that were deleted before.
update goals set deleted_at = '2026-02-01' where account_id = 1 and id = 1;
select is((select array_agg(deleted_at order by id) from milestones where account_id = 1 and goal_id = 1),
	'{2026-02-01,2026-02-01,2026-01-01}', 'milestones are deleted with their goal');
update goals set title = 'still deleted' where account_id = 1 and id = 1;
update goals set deleted_at = null where account_id = 1 and id = 1;
select is((select array_agg(deleted_at order by id) from milestones where account_id = 1 and goal_id = 1),
	'{null,null,2026-01-01}', 'and restored with it, unless they were deleted before');
select is((select goal_id from tasks where account_id = 1 and id = 1), null, 'links do not come back');

-- A row with two parents waits for both.
update skills set deleted_at = '2026-02-01' where account_id = 1 and id = 1;
update projects set deleted_at = '2026-02-02' where account_id = 1 and id = 1;
select is((select deleted_at from skill_projects where account_id = 1 and id = 11), '2026-02-01', 'the first deletion counts');
update skills set deleted_at = null where account_id = 1 and id = 1;
select is((select deleted_at from skill_projects where account_id = 1 and id = 11), '2026-02-02', 'it waits for its project');
select is((select deleted_at from skill_projects where account_id = 1 and id = 12), null, 'that of the other project is back');
update projects set deleted_at = null where account_id = 1 and id = 1;
select is((select count(*) from skill_projects where account_id = 1 and deleted_at is null), 4::bigint, 'both parents are back, so all are');

-- As the statements of a worker delete.
insert into goals as g (account_id, id, title) values (1, 1, 'g'), (1, 2, 'g')
on conflict (account_id, id) do update set deleted_at = now();
select is((select count(*) from milestones where account_id = 1 and deleted_at is null), 0::bigint,
	'an insert that becomes an update deletes, too');

select set_eq('select * from pg_temp.rows_of(2)', 'select * from theirs', 'the rows of the other account are unchanged');
select * from finish();
rollback;
