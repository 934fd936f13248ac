-- A request for few sessions reads few of 20,000. Plans are generic and without JIT, as in a
-- worker.
\getenv prepare_all PREPARE_ALL
begin;
select no_plan();

insert into accounts (account_id, name) select n, 'account ' || n from generate_series(10, 14) as n;
insert into topics (account_id, id, name) overriding system value
select a, 10000 * a + n, 'topic ' || n from generate_series(10, 14) as a cross join generate_series(1, 800) as n;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, created_at, notes)
select 10 + n % 5, id(n), 10000 * (10 + n % 5) + 1 + n / 5 % 40, date '2020-01-01' + n * 31 % 2000, 1 + n % 1440,
	timestamptz '2020-01-01Z' + n * interval '1 hour', 'note ' || n
from generate_series(1, 20000) as n;
analyze accounts, topics, sessions, kept_daily_totals, kept_topic_totals, pending_totals;
\i :prepare_all

-- The plan nodes of a call that read a table, with the number of rows read.
create function pg_temp.reads(call text) returns table (node text, relation text, rows_read numeric)
	language plpgsql as $$
declare
	plan jsonb;
begin
	execute 'explain (analyze, timing off, format json) execute ' || call into plan;
	return query
	select n ->> 'Node Type', n ->> 'Relation Name', (n ->> 'Actual Loops')::numeric
		* ((n ->> 'Actual Rows')::numeric + coalesce((n ->> 'Rows Removed by Filter')::numeric, 0))
	from jsonb_path_query(plan, 'strict $.**?(@."Relation Name" like_regex ".")') as n;
end
$$;

-- Calls for account 12, and how many sessions each may read.
create temp table calls (call text, sessions int);
insert into calls values
	('"topics.get"(''{12}'', ''{120001}'')', 0),
	('"topics.list"(''{12}'', ''{50}'', ''{null}'', ''{null}'', ''{null}'', ''{null}'', ''{null}'')', 0),
	('"topics.delete"(''{12}'', ''{120001}'', ''{null}'', ''{}'')', 1001), -- counted for the error message
	('"sessions.get"(''{12}'', ids(7))', 1),
	('"sessions.update"(''{12}'', ids(7), ''{null}'', ''{null}'', ''{5}'', ''{null}'', ''{f}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{null}'', ''{}'')', 3),
	('"sessions.delete"(''{12}'', ids(7), ''{null}'', ''{}'')', 3),
	('"sessions.create"(''{12}'', array[gen_random_uuid()], ''{120001}'', ''{null}'', ''{5}'', ''{null}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'')', 1),
	('"sessions.log"(''{12}'', array[gen_random_uuid()], ''{5}'', ''{topic 3}'', ''{null}'', ''{null}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'')', 1),
	('"stats.totals"(''{12}'')', 0),
	('"stats.summary"(''{12}'', ''{null}'', ''{null}'')', 0),
	('"stats.series"(''{12}'', ''{week}'', ''{null}'', ''{null}'', ''{null}'')', 0),
	('"stats.heatmap"(''{12}'', ''{2022}'')', 0),
	('"stats.streak"(''{12}'', ''{null}'')', 0),
	('"today.get"(''{12}'', ''{null}'')', 0),
	('"review.get"(''{12}'', ''{2022-01-01}'', ''{2022-02-01}'')', 0);
insert into calls
select format('"sessions.list"(%L, %L, array[%L]::int8[], array[%L]::uuid[], array[%L], array[%L]::int8[], array[%L]::text[],
		array[%L]::date[], array[%L]::date[], %L, ''{}'', ''{}'', ''{}'', ''{}'')',
	'{12}', '{50}', case when is_later then
		case when sort like '%created_at' then (extract(epoch from timestamptz '2021-02-01Z') * 1000000)::int8
			else date '2022-06-01' - date '1970-01-01' end end,
	case when is_later then id(9000) end, sort, topic, tag, first_day, end_day, '{null}'),
	-- a page and one row more; all sessions of a topic; a range in the order of creation is
	-- read as a whole
	case when sort like '%created_at' and first_day is not null then 800 when coalesce(topic::text, tag) <> '' then 105 else 52 end
from unnest(array['created_at', '-created_at', 'study_date', '-study_date']) as sort
cross join (values (null::bigint, null), (120003, null), (null, 'TOPIC 3')) as topics (topic, tag)
cross join (values (null::date, null::date), ('2022-01-01', '2022-12-31')) as range (first_day, end_day)
cross join unnest(array[false, true]) as is_later;

update calls set call = regexp_replace(call, '\s+', ' ', 'g');

select is_empty(format('select * from pg_temp.reads(%L) where relation in (%L, %L, %L, %L, %L) and node = %L', call,
	'sessions', 'topics', 'kept_daily_totals', 'kept_topic_totals', 'pending_totals', 'Seq Scan'), 'no table is scanned by ' || call) from calls;
select cmp_ok((select coalesce(sum(rows_read), 0) from pg_temp.reads(call) where relation = 'sessions'), '<=', sessions::numeric,
	format('at most %s sessions are read by %s', sessions, call)) from calls;
select cmp_ok((select sum(rows_read)
		from pg_temp.reads('"stats.series"(''{12,12}'', ''{day,week}'', ''{topic,topic}'', ''{null,null}'', ''{null,null}'')')
		where relation = 'topics'), '<=', (select count(distinct topic_id) from daily_totals where account_id = 12)::numeric,
	'a series looks each topic up once for all its buckets');
-- Equal requests of a batch are computed once: 100 requests read as many rows as one.
create temp table reports (name text, params text);
insert into reports values
	('stats.totals', ''), ('stats.summary', 'same(null::date, %1$s), same(null::date, %1$s)'),
	('stats.series', 'same(''month''::text, %1$s), same(''topic''::text, %1$s), same(null::date, %1$s), same(null::date, %1$s)'),
	('stats.heatmap', 'same(2022::bigint, %1$s)'), ('stats.streak', 'same(null::bigint, %1$s)');
create function pg_temp.totals_read(name text, params text, count int) returns numeric
	language sql as $$
	select sum(rows_read)
	from pg_temp.reads(format('"%s"(%s)', name,
		concat_ws(', ', format('same(12::bigint, %s)', count), nullif(format(params, count), ''))))
	where relation in ('kept_daily_totals', 'kept_topic_totals', 'pending_totals')
	$$;
select is(pg_temp.totals_read(name, params, 100), pg_temp.totals_read(name, params, 1),
	format('%s of 100 equal requests is computed once', name)) from reports;
select cmp_ok(pg_temp.totals_read(name, params, 1), '>', 0::numeric, format('%s reads totals', name)) from reports;
select is_empty($$select * from pg_temp.reads('"stats.totals"(''{12}'')') where relation = 'kept_daily_totals'$$,
	'stats.totals does not read each day');

-- An account with more sessions than all others together. A range with more than 20,000 sessions is
-- not sorted but read in the order of creation.
insert into accounts (account_id, name) values (20, 'busy');
insert into topics (account_id, id, name) overriding system value select 20, 200000 + n, 'topic ' || n from generate_series(1, 40) as n;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, created_at)
select 20, id(n), 200001 + n % 40, date '2020-01-01' + n * 31 % 2000, 1 + n % 1440, timestamptz '2020-01-01Z' + n * 7919 % 40000 * interval '1 hour'
from generate_series(1, 21000) as n;
analyze sessions, kept_daily_totals, kept_topic_totals, pending_totals, topics, accounts;
truncate calls;
insert into calls
select format('"sessions.list"(%L, %L, %L, %L, array[%L], array[%L]::int8[], %L, array[%L]::date[], %L, %L, ''{}'', ''{}'', ''{}'', ''{}'')',
	'{20}', '{50}', '{null}', '{null}', sort, topic, '{null}', first_day, '{null}', '{null}'), case when topic is null then 52 else 54 end
from unnest(array['created_at', '-created_at', 'study_date', '-study_date']) as sort
cross join unnest(array[null, 200003]) as topic
cross join unnest(array[null, date '2020-01-02']) as first_day;
select cmp_ok((select coalesce(sum(rows_read), 0) from pg_temp.reads(call) where relation = 'sessions'), '<=', sessions::numeric + 5,
	format('at most %s sessions are read by %s', sessions, call)) from calls;
create temp table response as execute "sessions.list"('{20,20,20}', '{50,50,50}',
	array[null, null, (extract(epoch from timestamptz '2021-01-01Z') * 1000000)::int8], array[null, null, id(0)],
	'{created_at,-created_at,-created_at}', '{null,200003,null}', '{null,null,null}',
	'{2020-01-02,2020-01-02,null}', '{null,null,2999-01-01}', '{null,null,null}', '{}', '{}', '{}', '{}');
select results_eq('select id from response where ord = 1', $$select id from sessions where account_id = 20
	and study_date >= '2020-01-02' order by created_at, id limit 51$$, 'the first page of a large range');
select results_eq('select id from response where ord = 2', $$select id from sessions where account_id = 20
	and topic_id = 200003 and study_date >= '2020-01-02' order by created_at desc, id desc limit 51$$, 'the last page of a topic in a large range');
select results_eq('select id from response where ord = 3', $$select id from sessions where account_id = 20
	and (created_at, id) < ('2021-01-01Z', id(0)) order by created_at desc, id desc limit 51$$, 'a later page of a large range');
select * from finish();
rollback;
