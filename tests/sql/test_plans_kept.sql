-- A batch of 16 requests reads few rows of tables of 3,000 rows, also with a plan that was made
-- before the rows were inserted. A connection plans a statement once and keeps the plan until the
-- statistics change. Each statement must have its calls in the table below.
\getenv prepare_all PREPARE_ALL
begin;
select no_plan();
\i :prepare_all

-- Each statement and each way through it. The params are expressions of n, which is 1 to 16; the
-- fill functions below show which rows the numbers find. `done` is the number of rows without an
-- outcome.
create temp table calls (method text, what text, done int, params text, call text);
insert into calls (method, what, done, params) values
	('account.get', '', 16, $$n$$),
	('accounts.get', '', 16, $$1, n$$),
	('accounts.list', '', 32, $$1, 1, 0, null, null$$),
	('account.export', '', 32, $$1, 1, null$$),
	('account.export', 'of sessions', 32, $$1, 1, export_cursor('sessions', '{"account_id": 1, "id": "00000000-0000-0000-0000-000000000000"}')$$),
	('account.update', '', 16, $$n, 'new', 'UTC', true, 2, '04:00', null, null, null, null, false$$),
	('account.update', 'new names', 16, $$n, null, null, false, null, null, null, null, 'new' || n, n || '@example.org', true$$),
	('keys.purge', '', 16, $$n$$),
	('topics.get', '', 16, $$1, n$$),
	('topics.list', '', 80, $$1, 4, 10 * n, null, 'created_at', null, null$$),
	('topics.list', 'backwards', 80, $$1, 4, 1000 + n, null, '-created_at', null, false$$),
	('topics.create', '', 16, $$1, 'new ' || n, null, null, false$$),
	('topics.create', 'taken names', 8, $$1, 'topic ' || n, null, null, n % 2 = 0$$),
	('topics.create', 'new keys', 16, $$1, 'new ' || n, null, 'new ' || n, false$$),
	('topics.create', 'expired keys', 16, $$1, 'new ' || n, null, 'old ' || n, false$$),
	('topics.create', 'used keys', 0, $$1, 'new ' || n, null, 'key ' || n, false$$),
	('topics.update', '', 16, $$1, n, null, 'new', true, true, null, null, false$$),
	('topics.update', 'new names', 16, $$1, n, 'new ' || n, null, false, null, null, null, false$$),
	('topics.update', 'taken names', 0, $$1, n, 'topic ' || n + 1, null, false, null, null, null, false$$),
	('topics.delete', '', 16, $$1, 400 + n, null, null$$),
	('topics.delete', 'with sessions', 0, $$1, n, null, null$$),
	('topics.restore', 'with sessions', 16, $$1, 500 + n, false, true, null, null, null$$),
	('topics.restore', 'new keys', 16, $$1, 500 + n, true, false, 'new ' || n, null, null$$),
	('topics.merge', '', 16, $$1, n, 400 + n, null, null$$),
	('sessions.get', '', 16, $$1, id(n)$$),
	('sessions.list', '', 80, $$1, 4, null, null, 'created_at', null, null, null, null, null, null, null, null, null$$),
	('sessions.by_created_at', '', 80, $$1, 4, null, null$$),
	('sessions.by_created_at_desc', '', 80, $$1, 4, null, null$$),
	('sessions.by_study_date', '', 80, $$1, 4, 18000 + n, id(1)$$),
	('sessions.by_study_date_desc', '', 80, $$1, 4, null, null$$),
	('sessions.list', 'topics by day', 64, $$1, 4, null, null, '-study_date', n, null, null, null, null, null, null, null, null$$),
	('sessions.list', 'tags', 64, $$1, 4, null, null, '-created_at', null, 'TOPIC ' || n, null, null, null, null, null, null, null$$),
	('sessions.list', 'ranges', 48, $$1, 4, null, null, 'created_at', null, null, date '2020-01-01' + n, date '2020-01-02' + n, null, null, null, null, null$$),
	('sessions.list', 'a task', 80, $$1, 4, null, null, 'created_at', null, null, null, null, null, n, null, null, null$$),
	('sessions.list', 'a goal in a range', 80, $$1, 4, null, null, '-study_date', null, null, '2020-01-01', null, null, null, n, null, null$$),
	('sessions.list', 'a skill of a topic', 32, $$1, 4, null, null, '-created_at', n, null, null, null, null, null, null, n, null$$),
	('sessions.list', 'a project and a text', 0, $$1, 4, null, null, 'study_date', null, null, null, null, 'none', null, null, null, n$$),
	('sessions.create', '', 16, $$1, id(9000 + n), n, null, 5, null, null, null, null, null, null, null, null, null, null$$),
	('sessions.create', 'with links', 16, $$1, id(9000 + n), n, null, 5, null, null, null, null, null, null, n, n, n, n$$),
	('sessions.create', 'new keys', 16, $$1, id(9000 + n), n, null, 5, null, null, 'new ' || n, null, null, null, null, null, null, null$$),
	('sessions.create', 'expired keys', 16, $$1, id(9000 + n), n, null, 5, null, null, 'old ' || n, null, null, null, null, null, null, null$$),
	('sessions.create', 'used keys', 0, $$1, id(9000 + n), n, null, 5, null, null, 'key ' || n, null, null, null, null, null, null, null$$),
	('sessions.create', 'taken ids', 0, $$1, id(n), n, null, 5, null, null, null, null, null, null, null, null, null, null$$),
	('sessions.create', 'replacing', 16, $$1, id(n), n, null, 5, null, null, null, '*', null, null, null, null, null, null$$),
	('sessions.log', '', 16, $$1, id(9000 + n), 5, 'topic ' || n, null, null, null, null, null, null, null, null, null, null, null$$),
	('sessions.log', 'with links', 16, $$1, id(9000 + n), 5, 'topic ' || n, null, null, null, null, null, null, null, n, n, n, n$$),
	('sessions.log', 'without match_case', 16, $$1, id(9000 + n), 5, 'TOPIC ' || n, null, null, null, null, null, null, false, null, null, null, null$$),
	('sessions.log', 'new tags', 16, $$1, id(9000 + n), 5, 'new ' || n, null, null, null, null, null, null, null, null, null, null, null$$),
	('sessions.log', 'new namesakes', 16, $$1, id(9000 + n), 5, 'TOPIC ' || n, null, null, null, null, null, null, null, null, null, null, null$$),
	('sessions.log', 'new keys', 16, $$1, id(9000 + n), 5, 'topic ' || n, null, null, null, 'new ' || n, null, null, null, null, null, null, null$$),
	('sessions.log', 'replacing', 16, $$1, id(n), 5, 'topic ' || n, null, null, null, null, '*', null, null, null, null, null, null$$),
	('sessions.update', '', 16, $$1, id(n), n + 1, null, 5, null, false, null, false, null, false, null, false, null, false, null, null$$),
	('sessions.update', 'with links', 16, $$1, id(n), null, null, null, null, false, n, true, n, true, n, true, n, true, null, null$$),
	('sessions.delete', '', 16, $$1, id(n), null, null$$),
	('sessions.restore', '', 16, $$1, id(200 + n), null, null, null$$),
	('sessions.restore', 'new keys', 16, $$1, id(200 + n), 'new ' || n, null, null$$),
	('stats.totals', '', 16, $$2$$),
	('stats.summary', '', 16, $$2, null, null$$),
	('stats.series', '', 16, $$2, 'year', 'topic', null, null$$),
	('stats.heatmap', '', 16, $$2, 2020$$),
	('stats.streak', '', 16, $$2, null$$);

-- Each param becomes an array.
create function pg_temp.call_of(name text, params text) returns text
	language plpgsql as $$
declare
	call text;
	columns constant text := (
		select string_agg('p' || i, ', ')
		from pg_prepared_statements as s
		cross join lateral generate_subscripts(s.parameter_types, 1) as i
		where s.name = call_of.name);
begin
	execute format('select format(%L, %s) from (select n, %s from generate_series(1, 16) as n) as r (n, %s)',
		format('execute %I(%s)', name, regexp_replace(columns, 'p\d+', '%L', 'g')),
		regexp_replace(columns, 'p\d+', 'array_agg(\& order by n)', 'g'), params, columns) into call;
	return call;
end
$$;
update calls set call = pg_temp.call_of(method, params);

-- What the tables hold when the statements are planned.
create temp table states (state text, topics int, sessions int, keys int, is_analysed boolean);
insert into states values
	('all tables empty, never analysed', 0, 0, 0, false),
	('all tables empty', 0, 0, 0, true),
	('50 topics, never analysed', 50, 0, 0, false),
	('50 topics', 50, 0, 0, true),
	('50 topics and sessions', 50, 50, 0, true),
	('50 topics, sessions and keys', 50, 50, 50, true),
	('3,000 topics, sessions and keys', 3000, 3000, 3000, true);

create temp table tables as
select t::regclass as relation
from unnest('{accounts,topics,sessions,idempotency_keys,kept_daily_totals,kept_topic_totals,pending_totals,tasks,goals,skills,projects}'::text[]) as t;

create function pg_temp.empty() returns void
	language plpgsql as $$
begin
	set local session_replication_role = replica; -- no trigger: it would truncate totals again
	set local client_min_messages = warning; -- it names each table
	truncate accounts, sessions, pending_totals cascade;
	set local session_replication_role = origin; -- each such setting discards all plans of the connection
	delete from pg_statistic where starelid in (select relation from tables);
	insert into accounts (account_id, name) select n, 'account ' || n from generate_series(1, 16) as n;
end
$$;

-- These insert the rows from one number to another. Topics 301 to 500 have no sessions; topics 501
-- to 516 are deleted, with one session each; sessions 201 to 216 are deleted. Each task has five
-- sessions, and so has each goal, skill and project.
create function pg_temp.fill_topics(first int, last int) returns void
	language sql as $$
	insert into topics (account_id, id, name, deleted_at) overriding system value
	select 1, n, 'topic ' || n, case when n between 501 and 516 then now() end
	from generate_series(first, last) as n
	$$;
create function pg_temp.fill_sessions(first int, last int) returns void
	language sql as $$
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes, deleted_at, task_id, goal_id,
		skill_id, project_id)
	select 1, id(n), case when n between 501 and 516 or n > 1000 then n else 1 + (n - 1) % 300 end,
		date '2020-01-01' + n % 1000, 30,
		case when n between 201 and 216 or n between 501 and 516 then now() end, l, l, l, l
	from generate_series(first, last) as n
	cross join lateral (select 1 + (n - 1) % 600) as link (l)
	$$;
create function pg_temp.fill_links(first int, last int) returns void
	language sql as $$
	insert into tasks (account_id, id, title) overriding system value select 1, n, 'task ' || n from generate_series(first, last) as n;
	insert into goals (account_id, id, title) overriding system value select 1, n, 'goal ' || n from generate_series(first, last) as n;
	insert into skills (account_id, id, name) overriding system value select 1, n, 'skill ' || n from generate_series(first, last) as n;
	insert into projects (account_id, id, name) overriding system value select 1, n, 'project ' || n from generate_series(first, last) as n;
	$$;
create function pg_temp.fill_keys(first int, last int) returns void
	language sql as $$
	insert into idempotency_keys (account_id, key, fingerprint, answer)
	select 1, 'old ' || n, '', '{}'
	from generate_series(first, last) as n
	$$;
create function pg_temp.fill_others() returns void
	language sql as $$
	insert into accounts (account_id, name) select n, 'account ' || n from generate_series(17, 3000) as n;
	insert into topics (account_id, id, name) overriding system value values (2, 5000, 'other');
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
	values (2, id(5000), 5000, '2020-01-01', 30);
	insert into idempotency_keys (account_id, key, fingerprint, answer)
	select 1, 'key ' || n, '', '{}'
	from generate_series(1, 16) as n;
	update idempotency_keys -- last, because each insert deletes expired keys
	set created_at = now() - interval '2 days'
	where key like 'old %'
	$$;

\ir kept_plans.sql

create function pg_temp.run(s states) returns setof text
	language plpgsql as $$
begin
	perform pg_temp.empty();
	perform pg_temp.fill_topics(1, s.topics);
	perform pg_temp.fill_links(1, s.topics);
	perform pg_temp.fill_sessions(1, s.sessions);
	perform pg_temp.fill_keys(1, s.keys);
	if s.is_analysed then
		analyze accounts, topics, sessions, idempotency_keys, kept_daily_totals, kept_topic_totals, pending_totals, tasks, goals, skills, projects;
	end if;
	perform pg_temp.try(call) from calls; -- plans
	perform pg_temp.fill_topics(s.topics + 1, 3000);
	perform pg_temp.fill_links(s.topics + 1, 3000);
	perform pg_temp.fill_sessions(s.sessions + 1, 3000);
	perform pg_temp.fill_keys(s.keys + 1, 3000);
	perform pg_temp.fill_others();
	return query select pg_temp.expect('planned with ' || s.state);
end
$$;
select r from states as s cross join lateral pg_temp.run(s) as r;
select * from finish();
rollback;
