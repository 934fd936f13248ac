-- The statement that list.sql makes: every row once, in order, page by page, with every filter.
\getenv prepare_all PREPARE_ALL
begin;
select no_plan();
\i :prepare_all

insert into goals (account_id, id, title) select 1, n, 'goal ' || n from generate_series(1, 5) as n;
insert into tags (account_id, id, name) values (1, 1, 'Common'), (1, 2, 'rare'), (1, 3, 'unused'), (1, 4, 'deleted'), (2, 5, 'rare');
update tags set deleted_at = now() where id = 4;
insert into tasks (account_id, id, title, date, status, priority, goal_id, completed_at, deleted_at)
select case when n % 50 = 0 then 2 else 1 end, n, case when n % 10 = 0 then 'Ångström ' else 'task ' end || n,
	account_today(1) + (n * 37 % 60)::int - 30, case when n % 3 = 0 then 'done' else 'todo' end,
	case when n % 4 = 0 then 'high' else 'low' end, case when n % 50 = 0 then null when n % 7 = 0 then 1 + n % 5 end,
	case when n % 3 = 0 then now() end, case when n % 11 = 0 then now() end
from generate_series(1, 400) as n;

-- What is right: the filters as plain conditions.
create temp table filters (request jsonb, condition text);
insert into filters values
	('{}', 'true'),
	('{"status": "done"}', $$status = 'done'$$),
	('{"priority": "high", "status": "todo"}', $$priority = 'high' and status = 'todo'$$),
	('{"goal_id": 2}', 'goal_id = 2'),
	('{"goal_id": 2, "status": "done"}', $$goal_id = 2 and status = 'done'$$),
	('{"goal_id": 9}', 'false'),
	(jsonb_build_object('date', account_today(1)), 'date = account_today(1)'),
	('{"today": true}', 'date = account_today(1)'),
	('{"today": false, "status": "todo"}', $$date <> account_today(1) and status = 'todo'$$),
	(jsonb_build_object('from', account_today(1) - 3), 'date >= account_today(1) - 3'),
	(jsonb_build_object('to', account_today(1) - 3), 'date < account_today(1) - 3'),
	(jsonb_build_object('from', account_today(1) - 20, 'to', account_today(1) + 5, 'priority', 'high'),
		$$date >= account_today(1) - 20 and date < account_today(1) + 5 and priority = 'high'$$),
	(jsonb_build_object('from', account_today(1), 'to', account_today(1)), 'false'),
	('{"overdue": true}', $$date < account_today(1) and status <> 'done'$$),
	('{"overdue": false}', $$not (date < account_today(1) and status <> 'done')$$),
	('{"q": "ANGSTROM"}', $$title like 'Ångström%'$$),
	('{"q": "%"}', 'false'),
	('{"q": "1"}', $$title like '%1%'$$);
create temp table sorts (sort text, ordering text);
insert into sorts values ('created_at', 'id'), ('-created_at', 'id desc'), ('date', 'date, id'), ('-date', 'date desc, id desc');

create function pg_temp.right_ids(from_table text, condition text, ordering text) returns bigint[]
	language plpgsql as $$
declare
	ids bigint[];
begin
	execute format('select coalesce(array_agg(id order by %s), ''{}'') from %I where account_id = 1 and deleted_at is null and (%s)',
		ordering, from_table, condition) into ids;
	return ids;
end
$$;
create function pg_temp.check_all(state text) returns setof text
	language sql as $$
	select is(r.ids, pg_temp.right_ids('tasks', f.condition, s.ordering), format('%s: tasks by %s with %s, %s a page', state, s.sort, f.request, l))
	from filters as f
	cross join sorts as s
	cross join unnest(array[7, 500]) as l
	cross join lateral read_list('tasks.list', f.request || jsonb_build_object('sort', s.sort, 'limit', l)) as r
	$$;
select pg_temp.check_all('few rows');

-- More rows of a value than an index may find, and more rows than a page compares.
insert into tasks (account_id, id, title, date, status, goal_id, completed_at)
select 1, n, 'more ' || n, date '2020-01-01' + (n % 900)::int, 'done', 4, now()
from generate_series(1001, 12000) as n;
insert into filters values
	('{"goal_id": 4}', 'goal_id = 4'),
	('{"goal_id": 4, "status": "todo"}', $$goal_id = 4 and status = 'todo'$$),
	('{"from": "2019-01-01", "status": "todo"}', $$status = 'todo'$$),
	('{"from": "2020-03-01", "to": "2020-03-02"}', $$date = '2020-03-01'$$);
select is(r.ids, pg_temp.right_ids('tasks', f.condition, s.ordering), format('many rows: tasks by %s with %s', s.sort, f.request))
from filters as f
cross join sorts as s
cross join lateral read_list('tasks.list', f.request || jsonb_build_object('sort', s.sort, 'limit', 500)) as r
where f.request ->> 'goal_id' = '4' or f.request ? 'from' or f.request ? 'overdue';
select is((read_list('tasks.list', '{"goal_id": 4, "status": "todo"}')).pages, 3, 'a page compares 5,000 rows');
select is((read_list('tasks.list', '{"goal_id": 2, "status": "todo"}')).pages, 1, 'rows that an index finds are one page');

-- Tags, instants of the account's days, and a parent.
insert into learnings (account_id, id, title, tag_ids, date)
select 1, n, 'learning ' || n, case when n % 10 = 0 then array[2, 1] when n % 2 = 0 then array[1] else '{}' end, date '2026-01-01' + (n % 9)::int
from generate_series(1, 100) as n;
select is((read_list('learnings.list', jsonb_build_object('tag', t.tag, 'sort', '-date', 'limit', 6))).ids,
	pg_temp.right_ids('learnings', t.condition, 'date desc, id desc'), 'learnings of the tag ' || t.tag)
from (values ('COMMON', 'id % 2 = 0'), ('rare', 'id % 10 = 0'), ('unused', 'false'), ('deleted', 'false'), ('nothing', 'false')) as t (tag, condition);
update accounts set time_zone = 'America/New_York', day_starts_at = '04:00' where account_id = 1;
insert into energy_checkins (account_id, id, checkin_datetime, energy_level, engagement_level)
select 1, n, timestamptz '2026-03-07 00:00Z' + n * interval '1 hour', 3, 3 from generate_series(1, 100) as n;
select is((read_list('energy_checkins.list', jsonb_build_object('sort', s.sort, 'from', '2026-03-08', 'to', '2026-03-09', 'limit', 5))).ids,
	pg_temp.right_ids('energy_checkins', $$checkin_datetime >= '2026-03-08 04:00 America/New_York'
		and checkin_datetime < '2026-03-09 04:00 America/New_York'$$, s.ordering), 'check-ins of the account''s day by ' || s.sort)
from (values ('created_at', 'id'), ('-checkin_datetime', 'checkin_datetime desc'), ('checkin_datetime', 'checkin_datetime')) as s (sort, ordering);
update energy_checkins set checkin_datetime = case
	when id % 2 = 0 then timestamptz '1900-01-01 00:00Z' else timestamptz '9999-12-31 23:59:59Z' end + id * interval '1 microsecond';
select is((read_list('energy_checkins.list', jsonb_build_object('sort', s.sort, 'limit', 3))).ids, pg_temp.right_ids('energy_checkins', 'true', s.ordering),
	'check-ins a microsecond apart in the first and the last year by ' || s.sort)
from (values ('checkin_datetime', 'checkin_datetime'), ('-checkin_datetime', 'checkin_datetime desc')) as s (sort, ordering);
insert into milestones (account_id, id, goal_id, description, deleted_at)
select 1, n, 1 + n % 2, 'm', case when n % 5 = 0 then now() end from generate_series(1, 30) as n;
update goals set deleted_at = now() where id = 3;
select is((read_list('milestones.list', '{"goal_id": 2, "limit": 4, "sort": "-created_at"}')).ids,
	pg_temp.right_ids('milestones', 'goal_id = 2', 'id desc'), 'rows of a parent');
select results_eq($$select ord, outcome, answer ->> 'id' from answers('milestones.list', '{"goal_id": 3}', '{"goal_id": 5}', '{"goal_id": 9}',
		'{"goal_id": 1, "limit": 1}', '{"goal_id": 1, "account_id": 2}')$$, $$values (1::bigint, 'GOAL_NOT_FOUND', null), (3, 'GOAL_NOT_FOUND', null),
		(4, null, '2'), (4, null, '4'), (5, 'GOAL_NOT_FOUND', null)$$, 'a parent that is deleted, unknown or foreign is not found');
-- Cursors that no row has, and those beyond every value.
select is((select array_agg((answer ->> 'id')::bigint) from answers('milestones.list',
	'{"goal_id": 2, "cursor_key": 25, "cursor_id": 25}')), '{27,29}', 'a cursor need not be a row');
select lives_ok(format($$select * from answers('tasks.list', '{"sort": %s, "cursor_key": %s, "cursor_id": %s}')$$, to_jsonb(sort), key, key), 'a cursor of ' || key)
from sorts cross join unnest(array[-9223372036854775808, 9223372036854775807]) as key;
select lives_ok(format($$select * from answers('energy_checkins.list', '{"sort": %s, "cursor_key": %s, "cursor_id": %s}')$$, to_jsonb(sort), key, key), 'a cursor of ' || key)
from unnest(array['checkin_datetime', '-checkin_datetime']) as sort cross join unnest(array[-9223372036854775808, 9223372036854775807]) as key;
select * from finish();
rollback;
