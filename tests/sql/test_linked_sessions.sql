-- linked_sessions follow every kind of change to the links of sessions.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

set local client_min_messages = warning; -- TRUNCATE names each table
insert into topics (account_id, id, name) overriding system value values (1, 11, 'a'), (1, 12, 'b'), (2, 21, 'a');
insert into tasks (account_id, id, title) overriding system value values (1, 1, 'a'), (1, 2, 'b'), (2, 4, 'a');
insert into goals (account_id, id, title) overriding system value values (1, 1, 'a');
insert into skills (account_id, id, name) overriding system value values (1, 1, 'a');
insert into projects (account_id, id, name) overriding system value values (1, 1, 'a');

-- The rows in one line: account/session:task,goal,skill,project.
create function test.linked() returns text
	language sql
	return (
		select string_agg(format('%s/%s:%s,%s,%s,%s', l.account_id, ltrim(right(l.id::text, 12), '0'), l.task_id, l.goal_id,
			l.skill_id, l.project_id), ' ' order by l.account_id, l.id)
		from linked_sessions as l);

select is(linked(), null, 'no sessions, no rows');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, task_id, goal_id, skill_id, project_id, deleted_at)
values (1, id(1), 11, '2026-05-01', 30, 1, null, null, null, null), (1, id(2), 11, '2026-05-01', 30, 1, 1, 1, 1, null),
	(1, id(3), 11, '2026-05-01', 30, null, null, null, null, null), (2, id(1), 21, '2026-05-01', 30, 4, null, null, null, null),
	(1, id(4), 12, '2026-05-01', 30, null, 1, null, null, now());
select is(linked(), '1/1:1,,, 1/2:1,1,1,1 1/4:,1,, 2/1:4,,,', 'an insert adds sessions with links, also deleted ones');
update sessions set task_id = 1 where account_id = 1 and id = id(3);
select is(linked(), '1/1:1,,, 1/2:1,1,1,1 1/3:1,,, 1/4:,1,, 2/1:4,,,', 'a session gets its first link');
update sessions set task_id = 2, goal_id = 1 where account_id = 1 and id = id(3);
select is(linked(), '1/1:1,,, 1/2:1,1,1,1 1/3:2,1,, 1/4:,1,, 2/1:4,,,', 'links change');
update sessions set task_id = null, goal_id = null where account_id = 1 and id = id(3);
select is(linked(), '1/1:1,,, 1/2:1,1,1,1 1/4:,1,, 2/1:4,,,', 'a session loses its last link');
insert into sessions as s (account_id, id, topic_id, study_date, duration_minutes, task_id)
values (1, id(1), 11, '2026-05-01', 30, 2), (1, id(5), 11, '2026-05-01', 30, 2)
on conflict (account_id, id) do update set task_id = excluded.task_id;
select is(linked(), '1/1:2,,, 1/2:1,1,1,1 1/4:,1,, 1/5:2,,, 2/1:4,,,', 'an upsert changes one session and adds another');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, task_id)
values (1, id(1), 11, '2026-05-01', 30, 1) on conflict do nothing;
select is(linked(), '1/1:2,,, 1/2:1,1,1,1 1/4:,1,, 1/5:2,,, 2/1:4,,,', 'a session that is not inserted changes nothing');
update sessions set id = id(9) where account_id = 1 and id = id(5);
select is(linked(), '1/1:2,,, 1/2:1,1,1,1 1/4:,1,, 1/9:2,,, 2/1:4,,,', 'a session gets another id');
create temp table before as select xmin::text as version, ctid as place, account_id, id from linked_sessions;
update sessions set notes = 'n', duration_minutes = 7, deleted_at = now() where account_id = 1;
update sessions set deleted_at = null where account_id = 1;
create temp table merged as execute "topics.merge"('{1}', '{12}', '{11}', '{}', '{}');
select is((select topic_id from sessions where account_id = 1 and id = id(4)), 11::bigint, 'the topics are merged');
select results_eq('select xmin::text, ctid, account_id, id from linked_sessions order by ctid', 'select * from before order by place',
	'other columns, deletions, restores and merges do not touch the rows');
select totals_are_right('after changes');

-- Rows that sessions refer to. Raw SQL does not delete them; the methods clear the links first.
select refuses(format('a link to an unknown row of %ss', kind), '23503', format($$insert into sessions
	(account_id, id, topic_id, study_date, duration_minutes, %1$s_id) values (1, id(20), 11, '2026-05-01', 9, 99)$$, kind))
from unnest('{task,goal,skill,project}'::text[]) as kind;
select refuses(format('a link that changes to an unknown row of %ss', kind), '23503',
	format('update sessions set %s_id = 99 where account_id = 1 and id = id(3)', kind))
from unnest('{task,goal,skill,project}'::text[]) as kind;
select refuses('a link to the task of another account', '23503', 'update sessions set task_id = 4 where account_id = 1 and id = id(3)');
select refuses(format('deletion of %ss with sessions', kind), '23503', format('delete from %ss where account_id = 1 and id = 1', kind))
from unnest('{task,goal,skill,project}'::text[]) as kind;
select refuses('another id for a task with sessions', '23503', 'update tasks set id = 7 where account_id = 1 and id = 1');
select refuses(format('TRUNCATE of %ss', kind), '23503', format('truncate %ss cascade', kind))
from unnest('{task,goal,skill,project}'::text[]) as kind;
select refuses('TRUNCATE of linked_sessions', '23503', 'truncate linked_sessions');
select is((select array_agg(outcome) from answers('tasks.delete', '{"task_id": 1}', '{"task_id": 2}')), '{null,null}', 'tasks are deleted');
select is(linked(), '1/2:,1,1,1 1/4:,1,, 2/1:4,,,', 'their sessions have lost the links');
select lives_ok('delete from tasks where account_id = 1', 'a task without sessions is deleted');
select totals_are_right('after deletions of what is linked');

-- A statement that changes a session and deletes what it refers to. Triggers clear the link.
savepoint before;
insert into tasks (account_id, id, title) overriding system value values (1, 3, 'c');
with deleted as (update tasks set deleted_at = now() where account_id = 1 and id = 3 returning id)
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, task_id)
select 1, id(30), 11, '2026-05-01', 9, d.id from deleted as d;
select totals_are_right('after an insert and a deletion in one statement');
with deleted as (update goals set deleted_at = now() where account_id = 1 and id = 1 returning id)
update sessions as s set project_id = null from deleted as d where s.account_id = 1 and s.goal_id = d.id;
select totals_are_right('after an update and a deletion in one statement');
rollback to before;

-- linked_sessions_differences finds every kind of wrong row and shows the right one.
savepoint before;
update linked_sessions set skill_id = null where account_id = 1 and id = id(2);
delete from linked_sessions where account_id = 2;
insert into linked_sessions (account_id, id, goal_id) values (1, id(3), 1);
select results_eq('select * from linked_sessions_differences()', $$values
	(1::bigint, id(2), '{null,1,null,1}'::bigint[], '{null,1,1,1}'::bigint[]),
	(1, id(3), '{null,1,null,null}', null),
	(2, id(1), null, '{4,null,null,null}')$$, 'finds wrong, surplus and missing rows');
rollback to before;

delete from sessions where account_id = 1 and id in (id(2), id(3));
select is(linked(), '1/4:,1,, 2/1:4,,,', 'deleted sessions have no rows');
select totals_are_right('after deletions');
truncate sessions;
select is(linked(), null, 'TRUNCATE of sessions leaves no rows');
select lives_ok('truncate tasks cascade', 'without sessions, TRUNCATE of tasks is free');
select * from finish();
rollback;
