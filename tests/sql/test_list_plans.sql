-- Lists and searches read their pages by index, with any plan: each statement is planned while the
-- tables are empty and were never analysed; then the rows are inserted.
\getenv prepare_all PREPARE_ALL
begin;
select no_plan();
set local session_replication_role = replica; -- no trigger: it would truncate totals again
truncate sessions, topics, idempotency_keys, kept_daily_totals, kept_topic_totals, pending_totals;
set local session_replication_role = origin;
delete from pg_statistic where starelid in ('sessions'::regclass, 'topics'::regclass, 'kept_daily_totals'::regclass);
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

-- Calls for account 20 with 6,000 topics and account 21 with three, and how many rows of each
-- table a call may read.
create temp table calls (call text, sessions int, topics int);
insert into calls
select format('"topics.list"(%L, %L, array[%L]::int8[], %L, array[%L], array[%L]::text[], array[%L]::bool[])',
	'{20}', '{50}', cursor_key, '{null}', sort, q, archived), 0, case when q is null then 52 else 5001 end -- one more than the page
from unnest(array['created_at', '-created_at']) as sort
cross join unnest(array[null, 3000]) as cursor_key
cross join unnest(array[null, false]) as archived
cross join unnest(array[null, 'topic', 'no such name']) as q;
insert into calls
select format('"sessions.list"(%L, %L, array[%L]::int8[], array[%L]::uuid[], array[%L], array[%L]::int8[], array[%L]::text[],
		array[%L]::date[], array[%L]::date[], array[null::text], ''{}'', ''{}'', ''{}'', ''{}'')',
	'{20}', '{50}', case when is_later then
		case when sort like '%created_at' then (extract(epoch from timestamptz '2020-05-01Z') * 1000000)::int8
			else date '2022-06-01' - date '1970-01-01' end end,
	case when is_later then id(3000) end, sort, topic, tag, first_day, end_day),
	case when sort like '%created_at' and first_day is not null then 2100
		when topic is not null or tag is not null then 101 else 52 end,
	-- the topic of each session, and the topics of the tag
	case when tag is not null then 53 else 52 end
from unnest(array['created_at', '-created_at', 'study_date', '-study_date']) as sort
cross join (values (null::bigint, null), (123, null), (null, 'TOPIC 123')) as topics (topic, tag)
cross join (values (null::date, null::date), ('2022-01-01', '2022-07-01')) as range (first_day, end_day)
cross join unnest(array[false, true]) as is_later;
insert into calls
select format('"sessions.%s"(%L, %L, array[%L]::int8[], array[%L]::uuid[])', variant, '{20}', '{50}',
	case when is_later then case when variant like '%created_at%' then (extract(epoch from timestamptz '2020-05-01Z') * 1000000)::int8
		else date '2022-06-01' - date '1970-01-01' end end,
	case when is_later then id(3000) end), 52, 52
from unnest(array['by_created_at', 'by_created_at_desc', 'by_study_date', 'by_study_date_desc']) as variant
cross join unnest(array[false, true]) as is_later;
insert into calls
select format('"sessions.list"(%L, %L, %L, %L, array[%L], array[%L]::int8[], array[%L]::text[], array[null::date], array[null::date], array[%L], ''{}'', ''{}'', ''{}'', ''{}'')',
	'{20}', '{50}', '{null}', '{null}', sort, topic, null::text, q), rows_read, null
from unnest(array['created_at', '-created_at', 'study_date', '-study_date']) as sort
cross join unnest(array[null, 123]) as topic
cross join (values ('no such note', 0), ('needle', 40), ('note', 102), ('zz', 1501), ('%', 1501)) as q (q, rows_read);
update calls set call = regexp_replace(call, '\s+', ' ', 'g');

-- Plans each call. The plan stays.
do $$
declare
	c record;
begin
	for c in select call from calls loop
		perform pg_temp.reads(c.call);
	end loop;
end
$$;

insert into accounts (account_id, name) select n, 'account ' || n from generate_series(20, 120) as n;
insert into topics (account_id, id, name) overriding system value
select 20, n, 'topic ' || n from generate_series(1, 6000) as n;
insert into topics (account_id, id, name) overriding system value
select a, 100000 + 10 * a + n, 'topic ' || n from generate_series(21, 120) as a cross join generate_series(0, 2) as n;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, created_at, notes)
select 20, id(n), case when n % 200 = 0 then 123 else n end, date '2020-01-01' + n * 31 % 2000, 30,
	timestamptz '2020-01-01Z' + n * interval '1 hour', case when n % 1000 = 0 then 'a needle ' else 'a note ' end || n
from generate_series(1, 6000) as n;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, notes)
select a, id(100 * a + n), 100000 + 10 * a + n % 3, date '2022-01-01' + n, 30, 'a needle'
from generate_series(21, 120) as a cross join generate_series(0, 9) as n;

create function pg_temp.expect(state text) returns setof text
	language plpgsql as $$
declare
	c record;
	read record;
	scans bigint;
begin
	for c in select * from calls loop
		scans = pg_stat_get_xact_numscans('sessions'::regclass);
		select count(*) filter (where r.node = 'Seq Scan' and r.relation in ('sessions', 'topics', 'kept_daily_totals')) as scans,
			coalesce(sum(r.rows_read) filter (where r.relation = 'sessions'), 0) as sessions,
			coalesce(sum(r.rows_read) filter (where r.relation = 'topics'), 0) as topics
		into read
		from pg_temp.reads(c.call) as r;
		return next is(read.scans + pg_stat_get_xact_numscans('sessions'::regclass), scans,
			format('%s: no table is scanned by %s, nor by its functions', state, c.call));
		return next ok(read.sessions <= c.sessions and read.topics <= coalesce(c.topics, 30000),
			format('%s: at most %s sessions and %s topics are read (%s, %s) by %s', state, c.sessions, c.topics,
				read.sessions, read.topics, c.call));
	end loop;
end
$$;

select pg_temp.expect('fresh, never analysed');
analyze sessions, topics, kept_daily_totals, kept_topic_totals, pending_totals;
select pg_temp.expect('one account has most rows');
select * from finish();
rollback;
