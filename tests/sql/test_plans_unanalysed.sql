-- Look-ups of one row use the index meant for them, whatever the planner believes: each statement is
-- planned on empty tables, then the rows come. A statement that is added gets its rows in `lookups`.
\getenv prepare_all PREPARE_ALL
begin;
select no_plan();

-- A call, the tables that it reads with the indexes that it may use (a pattern; null: any), and the
-- most buffers that the whole call may touch (of a batch of one request).
create temp table lookups (call text, relation text, index text, buffers int);
insert into lookups values
	('"sessions.create"(''{20}'', array[id(900000)], ''{777}'', ''{2026-01-01}'', ''{5}'', ''{null}'', ''{key 777}'', ''{null}'', ''{null}'', ''{null}'', ''{null}'')', 'idempotency_keys', 'idempotency_keys_pkey', 150),
	('"sessions.log"(''{20}'', array[id(900001)], ''{5}'', ''{topic 777}'', ''{2026-01-01}'', ''{null}'', ''{key 777}'', ''{null}'', ''{null}'', ''{null}'', ''{null}'')', 'idempotency_keys', 'idempotency_keys_pkey', 150),
	('"sessions.restore"(''{20}'', ids(7), ''{key 777}'', ''{null}'', ''{null}'')', 'idempotency_keys', 'idempotency_keys_pkey', 150),
	('"sessions.get"(''{20}'', ids(7))', 'sessions', 'sessions_pkey', 20),
	('"sessions.get"(''{20}'', ids(7))', 'topics', 'topics_pkey', 20),
	('"topics.get"(''{20}'', ''{777}'')', 'topics', 'topics_pkey', 10),
	('"topics.create"(''{20}'', ''{new}'', ''{null}'', ''{key 777}'', ''{f}'')', 'topics', 'topics_live_key', 40),
	('"topics.update"(''{20}'', ''{777}'', ''{other}'', ''{null}'', ''{f}'', ''{t}'', ''{null}'', ''{null}'', ''{f}'')', 'topics', null, 60),
	('"topics.delete"(''{20}'', ''{777}'', ''{null}'', ''{null}'')', 'topics', 'topics_pkey', 60),
	('"topics.restore"(''{20}'', ''{777}'', ''{f}'', ''{f}'', ''{key 777}'', ''{null}'', ''{null}'')', 'topics', null, 60),
	('"topics.merge"(''{20}'', ''{777}'', ''{778}'', ''{null}'', ''{null}'')', 'topics', 'topics_pkey', 600),
	('"sessions.create"(''{20}'', array[id(900001)], ''{777}'', ''{null}'', ''{5}'', ''{null}'', ''{key 777}'', ''{null}'', ''{null}'', ''{null}'', ''{null}'')', 'topics', 'topics_pkey', 150),
	('"sessions.create"(''{20}'', ids(7), ''{7}'', ''{null}'', ''{5}'', ''{null}'', ''{null}'', ''{null}'', ''{*}'', ''{null}'', ''{null}'')', 'sessions', 'sessions_pkey', 150),
	('"sessions.log"(''{20}'', array[id(900001)], ''{5}'', ''{topic 777}'', ''{null}'', ''{null}'', ''{key 777}'', ''{null}'', ''{null}'', ''{null}'', ''{null}'')', 'sessions', 'sessions_pkey', 150),
	('"sessions.log"(''{20}'', array[id(900001)], ''{5}'', ''{new}'', ''{null}'', ''{null}'', ''{null}'', ''{null}'', ''{null}'', ''{null}'', ''{f}'')', 'sessions', 'sessions_pkey', 200),
	('"sessions.update"(''{20}'', ids(7), ''{8}'', ''{null}'', ''{5}'', ''{null}'', ''{f}'', ''{null}'', ''{null}'')', 'sessions', 'sessions_pkey', 150),
	('"sessions.delete"(''{20}'', ids(7), ''{null}'', ''{null}'')', 'sessions', 'sessions_pkey', 100),
	('"sessions.restore"(''{20}'', ids(7), ''{key 777}'', ''{null}'', ''{null}'')', 'sessions', 'sessions_pkey', 100),
	('"account.get"(''{50}'')', 'accounts', 'accounts_pkey', 10),
	('"account.update"(''{50}'', ''{x}'', ''{UTC}'', ''{t}'', ''{2}'', ''{04:00}'', ''{null}'', ''{null}'')', 'accounts', 'accounts_pkey', 20),
	('"stats.totals"(''{21}'')', 'daily_totals', 'daily_totals_pkey', 30),
	('"stats.totals"(''{21}'')', 'topics', 'topics_pkey', 30),
	('"stats.summary"(''{21}'', ''{null}'', ''{null}'')', 'daily_totals', 'daily_totals_pkey', 40),
	('"stats.summary"(''{21}'', ''{null}'', ''{null}'')', 'topics', 'topics_pkey', 40),
	('"stats.series"(''{21}'', ''{week}'', ''{topic}'', ''{null}'', ''{null}'')', 'daily_totals', 'daily_totals_pkey', 60),
	('"stats.series"(''{21}'', ''{week}'', ''{topic}'', ''{null}'', ''{null}'')', 'topics', 'topics_pkey', 60),
	('"stats.series"(''{21}'', ''{week}'', ''{topic}'', ''{null}'', ''{null}'')', 'accounts', 'accounts_pkey', 60),
	('"stats.heatmap"(''{21}'', ''{2022}'')', 'daily_totals', 'daily_totals_pkey', 30),
	('"stats.heatmap"(''{21}'', ''{2022}'')', 'accounts', 'accounts_pkey', 30),
	('"stats.streak"(''{21}'', ''{null}'')', 'daily_totals', 'daily_totals_pkey', 30),
	('"stats.streak"(''{21}'', ''{null}'')', 'accounts', 'accounts_pkey', 30);

-- The form of look-up that the statements share for idempotency keys.
create function pg_temp.prepare_extra() returns void
	language plpgsql as $$
begin
	execute 'prepare key_lookup (bigint[], text[]) as
		select k.answer
		from unnest($1, $2) as r (account_id, idempotency_key)
		cross join lateral (
			select * from idempotency_keys as k
			where k.account_id = r.account_id and k.key = r.idempotency_key
			limit 1
		) as k
		where is_live_key(k.created_at)';
end
$$;
insert into lookups values
	('key_lookup(''{20}'', ''{key 777}'')', 'idempotency_keys', 'idempotency_keys_pkey', 10);

-- Each node of a plan that reads a table.
create function pg_temp.scans(plan jsonb) returns table (relation text, index text)
	language sql as $$
	select n ->> 'Relation Name', coalesce(n ->> 'Index Name', n #>> '{Plans,0,Index Name}', n ->> 'Node Type')
	from jsonb_path_query(plan, 'strict $.**?(@."Node Type" like_regex "Scan$" && @."Relation Name" like_regex ".")') as n
	$$;

-- Runs the call, takes back what it has written, and says its plan.
create function pg_temp.plan_of(call text) returns jsonb
	language plpgsql as $$
declare
	plan jsonb;
begin
	begin
		execute 'explain (analyze, buffers, timing off, format json) execute ' || call into plan;
		raise exception using errcode = 'UNDO1';
	exception
		when sqlstate 'UNDO1' then
			return plan;
	end;
end
$$;

create function pg_temp.expect(state text) returns setof text
	language plpgsql as $$
declare
	l record;
	plan jsonb;
begin
	for l in
		select call, max(buffers) as buffers, array_agg(relation) as relations, array_agg(index) as indexes
		from lookups group by call order by call
	loop
		plan := pg_temp.plan_of(l.call);
		return next is_empty(format($q$
			select s.* from pg_temp.scans(%L) as s
			join unnest(%L::text[], %L::text[]) as w (relation, index) on w.relation = s.relation
			where s.index !~ ('^(' || w.index || ')$')$q$, plan, l.relations, l.indexes),
			format('%s: the indexes of %s', state, l.call));
		return next cmp_ok((select count(distinct s.relation) from pg_temp.scans(plan) as s where s.relation = any (l.relations)),
			'=', (select count(distinct r) from unnest(l.relations) as r), format('%s: %s reads its tables', state, l.call));
		return next cmp_ok((plan #>> '{0,Plan,Shared Hit Blocks}')::int + (plan #>> '{0,Plan,Shared Read Blocks}')::int,
			'<=', l.buffers, format('%s: the buffers of %s', state, l.call));
	end loop;
end
$$;

-- Empty tables: as never analysed, or as analysed (or vacuumed) while they were empty.
create function pg_temp.empty(is_analysed boolean) returns void
	language plpgsql as $$
begin
	set local session_replication_role = replica; -- no trigger, which would truncate daily_totals again
	truncate sessions, topics, idempotency_keys, daily_totals;
	set local session_replication_role = origin;
	delete from pg_statistic where starelid in
		('accounts'::regclass, 'sessions'::regclass, 'topics'::regclass, 'idempotency_keys'::regclass, 'daily_totals'::regclass);
	if is_analysed then
		analyze accounts, sessions, topics, idempotency_keys, daily_totals;
	end if;
end
$$;

-- Plans are made here, and kept: a generic plan stays until the statistics change.
create function pg_temp.plan_all() returns void
	language plpgsql as $$
declare
	l record;
begin
	for l in select distinct call from lookups loop
		perform pg_temp.plan_of(l.call);
	end loop;
end
$$;

-- Account 20 has 20,000 topics, 20,000 sessions and 50,000 keys; others have few.
create function pg_temp.fill() returns void
	language plpgsql as $$
begin
	set local session_replication_role = replica; -- no purge, which would change statistics
	insert into idempotency_keys (account_id, key, fingerprint, answer)
	select case when n % 1000 = 0 then 21 else 20 end, 'key ' || n, '\x00', '{"id": 1}' from generate_series(1, 50000) as n;
	insert into topics (account_id, id, name) overriding system value
	select 20, n, 'topic ' || n from generate_series(1, 20000) as n;
	insert into topics (account_id, id, name) overriding system value
	select a, 100000 + 10 * a + n, 'topic ' || n from generate_series(21, 120) as a cross join generate_series(0, 2) as n;
	set local session_replication_role = origin;
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
	select 20, id(n), n, date '2020-01-01' + n * 31 % 2000, 30 from generate_series(1, 20000) as n;
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
	select a, id(100 * a + n), 100000 + 10 * a + n % 3, date '2022-01-01' + n, 30
	from generate_series(21, 120) as a cross join generate_series(0, 9) as n;
end
$$;

insert into accounts (account_id, name) select n, 'account ' || n from generate_series(20, 120) as n;

alter table topics alter column id restart with 1000000;
select pg_temp.empty(false) \g /dev/null
\i :prepare_all
select pg_temp.prepare_extra() \g /dev/null
select pg_temp.plan_all() \g /dev/null
select pg_temp.fill() \g /dev/null
select pg_temp.expect('fresh, never analysed');

analyze accounts, sessions, topics, idempotency_keys, daily_totals;
select pg_temp.expect('one account has most rows');
update idempotency_keys set created_at = created_at - interval '2 days';
analyze idempotency_keys;
select pg_temp.expect('all keys are old');

deallocate all;
select pg_temp.empty(true) \g /dev/null
\i :prepare_all
select pg_temp.prepare_extra() \g /dev/null
select pg_temp.plan_all() \g /dev/null
select pg_temp.fill() \g /dev/null
select pg_temp.expect('analysed while empty');

-- Equal requests of a batch are computed once: the rows that 100 read are those that one reads.
create function pg_temp.rows_read(call text, relation text) returns numeric
	language sql as $$
	select sum((n ->> 'Actual Loops')::numeric * (n ->> 'Actual Rows')::numeric)
	from jsonb_path_query(pg_temp.plan_of(call), 'strict $.**?(@."Relation Name" like_regex ".")') as n
	where n ->> 'Relation Name' = relation
	$$;
create temp table reports (name text, params text);
insert into reports values
	('stats.totals', ''), ('stats.summary', 'same(null::date, %1$s), same(null::date, %1$s)'),
	('stats.series', 'same(''month''::text, %1$s), same(''topic''::text, %1$s), same(null::date, %1$s), same(null::date, %1$s)'),
	('stats.heatmap', 'same(2022::bigint, %1$s)'), ('stats.streak', 'same(null::bigint, %1$s)');
create function pg_temp.batch(name text, params text, count int) returns text
	language sql as $$
	select format('"%s"(%s)', name, concat_ws(', ', format('same(21::bigint, %s)', count), nullif(format(params, count), '')))
	$$;
select is(pg_temp.rows_read(pg_temp.batch(name, params, 100), 'daily_totals'),
	pg_temp.rows_read(pg_temp.batch(name, params, 1), 'daily_totals'), format('%s of 100 equal requests is computed once', name))
from reports;
select cmp_ok(pg_temp.rows_read(pg_temp.batch(name, params, 1), 'daily_totals'), '>', 0::numeric, format('%s reads daily_totals', name))
from reports;
select * from finish();
rollback;
