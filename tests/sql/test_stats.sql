-- stats.*: totals, ranges, buckets, years and streaks.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

insert into topics (account_id, id, name) overriding system value
values (1, 11, 'Go'), (1, 12, 'Rust'), (1, 13, 'Idle'), (2, 21, 'Go');
create temp table log (account_id bigint, topic_id bigint, study_date date, minutes int);
insert into log values
	(1, 11, '2020-12-31', 1), (1, 11, '2021-01-03', 2), (1, 12, '2021-01-04', 4), -- 2020 has a week 53
	(1, 11, '2024-02-28', 8), (1, 11, '2024-02-29', 16), (1, 12, '2024-02-29', 32), (1, 12, '2024-02-29', 64),
	(1, 11, '2024-03-01', 128), (1, 12, '2024-12-29', 256), (1, 12, '2024-12-30', 512), (1, 11, '2025-01-01', 1024),
	(1, 11, '1900-01-01', 1), (1, 11, '9999-12-31', 1), (2, 21, '2024-02-29', 1000);
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
select account_id, id(row_number() over ()), topic_id, study_date, minutes from log;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, deleted_at)
values (1, id(99), 11, '2024-02-29', 777, now()), (1, id(98), 13, '2024-02-29', 777, now());

-- stats.totals: account_id
create temp table response as execute "stats.totals"('{3,1,2,1}');
select results_eq('select * from response', $$values
	(2::bigint, null::text, 'Go'::text, 1181::bigint, 8::bigint), (2, null, 'Rust', 868, 5), (3, null, 'Go', 1000, 1),
	(4, null, 'Go', 1181, 8), (4, null, 'Rust', 868, 5)$$, 'totals: of topics with sessions; none for an empty account');
select columns_are('response', array['ord', 'outcome', 'tag', 'minutes', 'sessions'], 'totals: the columns');
drop table response;

-- Namesakes: topics with exactly the same name are one tag. A deleted topic is one of them.
savepoint namesakes;
insert into topics (account_id, id, name, deleted_at) overriding system value values
	(1, 10, 'Rust', now()), (1, 14, 'Go', now()), (1, 15, 'GO', now()), (1, 16, 'gO', now());
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
select 1, gen_random_uuid(), t, '2024-02-29', 100 from unnest(array[10, 14, 15, 16]) as t;
create temp table response as execute "stats.totals"('{1,2}');
select results_eq('select ord, tag, minutes, sessions from response', $$values
	(1::bigint, 'Rust'::text, 968::bigint, 6::bigint), (1, 'Go', 1281, 9), (1, 'GO', 100, 1), (1, 'gO', 100, 1), (2, 'Go', 1000, 1)$$,
	'totals: namesakes are one tag, in the place of the first; names in different cases are several');
drop table response;
create temp table response as execute "stats.summary"('{1}', '{2024-02-29}', '{2024-03-01}');
select results_eq('select topic_id, tag, minutes from response', $$values
	(10::bigint, 'Rust'::text, 100::bigint), (14, 'Go', 100), (15, 'GO', 100), (16, 'gO', 100), (12, 'Rust', 96), (11, 'Go', 16)$$,
	'summary: namesakes stay separate, by id');
drop table response;
create temp table response as execute "stats.series"('{1}', '{month}', '{topic}', '{2024-02-29}', '{2024-03-01}');
select results_eq('select topic_id, tag, minutes from response', $$values
	(10::bigint, 'Rust'::text, 100::bigint), (11, 'Go', 16), (12, 'Rust', 96), (14, 'Go', 100), (15, 'GO', 100), (16, 'gO', 100)$$,
	'series: namesakes stay separate, by id');
drop table response;
rollback to namesakes;

-- stats.summary: account_id, from, to
create temp table response as execute "stats.summary"('{1,1,3,2,1,1}',
	'{null,2024-02-29,null,2024-02-29,2024-02-28,2024-03-01}', '{null,2024-03-01,null,2024-03-01,2024-02-28,2024-02-28}');
select results_eq('select ord, "head.from", "head.to", "head.minutes", "head.sessions", "head.study_days", topic_id, tag,
		minutes, sessions from response', $$values
	(1::bigint, null::date, null::date, 2049::bigint, 13::bigint, 11::bigint, 11::bigint, 'Go', 1181::bigint, 8::bigint),
	(1, null, null, 2049, 13, 11, 12, 'Rust', 868, 5),
	(2, '2024-02-29', '2024-03-01', 112, 3, 1, 12, 'Rust', 96, 2), (2, '2024-02-29', '2024-03-01', 112, 3, 1, 11, 'Go', 16, 1),
	(3, null, null, 0, 0, 0, null, null, null, null), (4, '2024-02-29', '2024-03-01', 1000, 1, 1, 21, 'Go', 1000, 1),
	(5, '2024-02-28', '2024-02-28', 0, 0, 0, null, null, null, null),
	(6, '2024-03-01', '2024-02-28', 0, 0, 0, null, null, null, null)$$,
	'summary: from inclusive, to exclusive, most minutes first; an empty range has only a head');
drop table response;

-- stats.series: account_id, by, group, from, to
update accounts set week_start = 7 where account_id = 2;
create temp table response as execute "stats.series"('{1,1,1,1,2,3}', '{day,week,month,year,week,month}',
	array[null, null, 'topic', 'topic', null, null],
	'{2024-02-28,2020-12-31,2024-02-01,2020-01-01,null,null}', '{2024-03-01,2025-01-05,2024-04-01,2025-01-01,null,null}');
select results_eq('select "from", "to", topic_id, tag, minutes, sessions from response where ord = 1', $$values
	('2024-02-28'::date, '2024-02-29'::date, null::bigint, null::text, 8::bigint, 1::bigint),
	('2024-02-29', '2024-03-01', null, null, 112, 3)$$, 'series: by day, with a leap day; from inclusive, to exclusive');
select results_eq('select "from", "to", minutes, sessions from response where ord = 2', $$values
	('2020-12-31'::date, '2021-01-04'::date, 3::bigint, 2::bigint), ('2021-01-04', '2021-01-11', 4, 1),
	('2024-02-26', '2024-03-04', 248, 5), ('2024-12-23', '2024-12-30', 256, 1), ('2024-12-30', '2025-01-05', 1536, 2)$$,
	'series: by ISO week, across years, with a week 53');
select results_eq('select "from", "to", topic_id, tag, minutes, sessions from response where ord = 3', $$values
	('2024-02-01'::date, '2024-03-01'::date, 11::bigint, 'Go', 24::bigint, 2::bigint), ('2024-02-01', '2024-03-01', 12, 'Rust', 96, 2),
	('2024-03-01', '2024-04-01', 11, 'Go', 128, 1)$$, 'series: by month and topic');
select results_eq('select "from", "to", topic_id, tag, minutes, sessions from response where ord = 4', $$values
	('2020-01-01'::date, '2021-01-01'::date, 11::bigint, 'Go', 1::bigint, 1::bigint), ('2021-01-01', '2022-01-01', 11, 'Go', 2, 1),
	('2021-01-01', '2022-01-01', 12, 'Rust', 4, 1), ('2024-01-01', '2025-01-01', 11, 'Go', 152, 3),
	('2024-01-01', '2025-01-01', 12, 'Rust', 864, 4)$$, 'series: by year and topic');
select results_eq('select "head.by", "head.week_start", "from", "to", minutes from response where ord = 5',
	$$values ('week', 7, '2024-02-25'::date, '2024-03-03'::date, 1000::bigint)$$, 'series: weeks start on the day of the account');
select results_eq('select "head.by", "head.week_start", "head.from", "head.to", "from", minutes from response where ord = 6',
	$$values ('month', 1, null::date, null::date, null::date, null::bigint)$$, 'series: an empty account has only a head');
select results_eq('select distinct ord, "head.from", "head.to", outcome from response where ord < 3 order by ord', $$values
	(1::bigint, '2024-02-28'::date, '2024-03-01'::date, null::text), (2, '2020-12-31', '2025-01-05', null)$$,
	'series: the head has the range');
drop table response;
create temp table response as execute "stats.series"('{1,1,1,1}', '{null,week,month,year}', '{null,null,null,null}',
	'{9999-12-31,9999-12-31,9999-12-31,9999-12-31}', '{null,null,null,null}');
select results_eq('select ord, "head.by", "from", "to" from response', $$values
	(1::bigint, 'day', '9999-12-31'::date, '9999-12-31'::date), (2, 'week', '9999-12-31', '9999-12-31'),
	(3, 'month', '9999-12-31', '9999-12-31'), (4, 'year', '9999-12-31', '9999-12-31')$$,
	'series: by day if nothing is given; the last possible day');
drop table response;

-- A range clips buckets: they have the days that they count, and is_partial.
create temp table response as execute "stats.series"('{1,1,1,1,1,1,1,1,1}',
	'{week,week,month,month,year,year,day,week,year}', '{null,null,null,null,null,null,null,null,null}',
	'{2020-12-01,2021-01-01,2024-02-01,2024-02-29,2024-03-01,2024-01-01,2024-02-29,null,1900-01-01}',
	'{2021-01-01,2022-01-01,2024-02-29,2024-03-01,2025-01-01,2024-03-01,2024-03-02,2021-01-05,9999-12-31}');
select results_eq('select ord, "from", "to", minutes, is_partial from response where ord < 9', $$values
	(1::bigint, '2020-12-28'::date, '2021-01-01'::date, 1::bigint, true),
	(2, '2021-01-01', '2021-01-04', 2, true), (2, '2021-01-04', '2021-01-11', 4, false),
	(3, '2024-02-01', '2024-02-29', 8, true), (4, '2024-02-29', '2024-03-01', 112, true),
	(5, '2024-03-01', '2025-01-01', 896, true), (6, '2024-01-01', '2024-03-01', 120, true),
	(7, '2024-02-29', '2024-03-01', 112, false), (7, '2024-03-01', '2024-03-02', 128, false),
	(8, '1900-01-01', '1900-01-08', 1, false), (8, '2020-12-28', '2021-01-04', 3, false), (8, '2021-01-04', '2021-01-05', 4, true)$$,
	'series: clipped buckets have the days that they count; adjacent ranges share no day');
select results_eq('select "from", "to", is_partial from response where ord = 9', $$values
	('1900-01-01'::date, '1901-01-01'::date, false), ('2020-01-01', '2021-01-01', false), ('2021-01-01', '2022-01-01', false),
	('2024-01-01', '2025-01-01', false), ('2025-01-01', '2026-01-01', false)$$, 'series: a range of whole years clips no bucket');
drop table response;

-- For each start of the week: a bucket is the sum of its days, and all buckets are the sum of all
-- days.
create function pg_temp.buckets(week_starts int, bucket text) returns setof record
	language plpgsql as $$
begin
	update accounts set week_start = week_starts where account_id = 1;
	return query execute format('execute "stats.series"(%L, array[%L], %L, %L, %L)', '{1}', bucket, '{null}', '{null}', '{null}');
end
$$;
create temp table buckets as
select week_start, bucket, b.*
from unnest(array[1, 2, 3, 4, 5, 6, 7]) as week_start
cross join unnest(array['day', 'week', 'month', 'year']) as bucket
cross join lateral pg_temp.buckets(week_start, bucket) as b (ord bigint, outcome text, head_by text, head_week_start int,
	head_from date, head_to date, first_day date, end_day date, topic_id bigint, tag text, minutes bigint, sessions bigint, is_partial boolean);
select is_empty($$
	select *
	from buckets as b
	cross join lateral (
		select sum(minutes)::bigint, count(*) from log where account_id = 1 and study_date >= b.first_day
			and (study_date < b.end_day or b.end_day = '9999-12-31')) as l (minutes, sessions)
	where (b.minutes, b.sessions) is distinct from (l.minutes, l.sessions)$$, 'series: a bucket is the sum of its days');
select is_empty($$select from buckets where bucket = 'week' and extract(isodow from first_day) <> week_start
		and first_day > '1900-01-01'$$, 'series: each week starts on the right day, except the first possible one');
select is_empty('select from buckets where is_partial is distinct from false', 'series: without a range no bucket is clipped');
select results_eq('select distinct sum(minutes) from buckets group by week_start, bucket', 'values (2049::numeric)',
	'series: the sum of the buckets is the sum of all sessions');
update accounts set week_start = 1 where account_id = 1;

-- stats.heatmap: account_id, year
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
select 2, id(1000 + n), 21, date '2023-12-31' + n, 1 from generate_series(0, 367) as n;
create temp table response as execute "stats.heatmap"('{1,2,3,1,2,1,2}', '{2024,2024,2024,9999,2025,null,2023}');
select results_eq('select "head.year", "head.from", "head.to", "head.minutes", "head.max_minutes", date, minutes, sessions
		from response where ord = 1', $$values
	(2024, '2024-01-01'::date, '2025-01-01'::date, 1016::bigint, 512::bigint, '2024-02-28'::date, 8::bigint, 1::bigint),
	(2024, '2024-01-01', '2025-01-01', 1016, 512, '2024-02-29', 112, 3), (2024, '2024-01-01', '2025-01-01', 1016, 512, '2024-03-01', 128, 1),
	(2024, '2024-01-01', '2025-01-01', 1016, 512, '2024-12-29', 256, 1), (2024, '2024-01-01', '2025-01-01', 1016, 512, '2024-12-30', 512, 1)$$,
	'heatmap: every study day of the year, of all topics, with a leap day');
select results_eq('select count(*), min(date), max(date), min("head.minutes") from response where ord = 2',
	$$values (366::bigint, '2024-01-01'::date, '2024-12-31'::date, 1366::bigint)$$, 'heatmap: a leap year has 366 days');
select results_eq('select ord, "head.year", "head.minutes", "head.max_minutes", date from response where ord in (3, 4, 5)', $$values
	(3::bigint, 2024, 0::bigint, 0::bigint, null::date), (4, 9999, 1, 1, '9999-12-31'), (5, 2025, 1, 1, '2025-01-01')$$,
	'heatmap: an empty year has only a head; the last possible day ends its year');
select is((select "head.year" from response where ord = 6), extract(year from current_date)::int, 'heatmap: this year by default');
select is((select "head.to" from response where ord = 4), '9999-12-31'::date, 'heatmap: the last possible day');
drop table response;

-- stats.streak: account_id, min_minutes. Days count back from today.
create function pg_temp.study(minutes int, variadic days_ago int[]) returns void
	language sql as $$
	delete from sessions where account_id = 3;
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
	select 3, gen_random_uuid(), 31, current_date - d, minutes from unnest(days_ago) as d;
	$$;
create function pg_temp.streak(at_least bigint default null) returns text
	language plpgsql as $$
declare
	r record;
begin
	for r in execute format('execute "stats.streak"(%L, array[%L]::int8[])', '{3}', at_least) loop
		return format('%s (%s-%s) %s (%s-%s)', r.current, current_date - r.current_from, current_date - r.current_to,
			r.longest, current_date - r.longest_from, current_date - r.longest_to);
	end loop;
end
$$;
insert into topics (account_id, id, name) overriding system value values (3, 31, 'Run');
select is(pg_temp.streak(), '0 (-) 0 (-)', 'streak: no session, no streak');
select pg_temp.study(30, 0) \g /dev/null
select is(pg_temp.streak(), '1 (0-0) 1 (0-0)', 'streak: a session today is a streak of one');
select pg_temp.study(30, 1, 2, 3) \g /dev/null
select is(pg_temp.streak(), '3 (3-1) 3 (3-1)', 'streak: a run that ended yesterday is current, because today is not over');
select pg_temp.study(30, 2, 3, 4) \g /dev/null
select is(pg_temp.streak(), '0 (-) 3 (4-2)', 'streak: a run that ended before yesterday is not current');
select pg_temp.study(30, 0, 1, 3, 4, 5, 7) \g /dev/null
select is(pg_temp.streak(), '2 (1-0) 3 (5-3)', 'streak: the longest run is not the current one');
select pg_temp.study(30, 0, 1, 3, 4, 6, 7) \g /dev/null
select is(pg_temp.streak(), '2 (1-0) 2 (1-0)', 'streak: of two equally long runs, the later one is the longest');
select pg_temp.study(30, 0, 1, -1, -2, -3) \g /dev/null
select is(pg_temp.streak(), '2 (1-0) 5 (1--3)', 'streak: future days count in the longest run, not in the current one');
select pg_temp.study(30, -1, -2) \g /dev/null
select is(pg_temp.streak(), '0 (-) 2 (-1--2)', 'streak: a run that begins tomorrow is not the current one');
select pg_temp.study(30, -1, 1, 2) \g /dev/null
select is(pg_temp.streak(), '2 (2-1) 2 (2-1)', 'streak: a gap today ends a run only when today is over');
select pg_temp.study(15, 0, 1, 2, 2) \g /dev/null
select is(pg_temp.streak(15), '3 (2-0) 3 (2-0)', 'streak: with exactly min_minutes');
select is(pg_temp.streak(16), '0 (-) 1 (2-2)', 'streak: two sessions of a day add up');
select is(pg_temp.streak(31), '0 (-) 0 (-)', 'streak: too few minutes are no study day');
update sessions set deleted_at = now() where account_id = 3 and study_date = current_date - 1;
select is(pg_temp.streak(), '1 (0-0) 1 (0-0)', 'streak: a deleted session breaks the run');

-- Across months and years: account 2 studied on every day of 2024 and on one more.
create temp table response as execute "stats.streak"('{3,2,1,3}', '{null,1,1,1440}');
select results_eq('select ord, outcome, current, longest, min_minutes, today from response', $$values
	(1::bigint, null::text, 1, 1, 1::bigint, current_date), (2, null, 0, 368, 1, current_date), (3, null, 0, 3, 1, current_date),
	(4, null, 0, 0, 1440, current_date)$$, 'streak: each account has its own; across years');
select results_eq('select longest_from, longest_to from response where ord = 2', $$values ('2023-12-31'::date, '2025-01-01'::date)$$,
	'streak: the first and last days');
drop table response;
update accounts set time_zone = 'Pacific/Kiritimati' where account_id = 3;
create temp table response as execute "stats.streak"('{3}', '{1}');
select is((select today from response), (now() at time zone 'Pacific/Kiritimati')::date, 'streak: today is the day of the account');
drop table response;

-- Today moves back with another zone (26 hours apart) or start of the day: the longest run stays.
create temp table longest (zone text, starts time, longest int, current int);
select pg_temp.study(30, 0, 1, 2, -1) \g /dev/null
do $$
declare
	zone text;
	starts time;
	r record;
begin
	foreach zone in array array['Pacific/Kiritimati', 'UTC', 'Etc/GMT+12', null] loop
		foreach starts in array array['00:00', '04:00', '23:59']::time[] loop
			update accounts set time_zone = zone, day_starts_at = starts where account_id = 3;
			for r in execute 'execute "stats.streak"(''{3}'', ''{1}'')' loop
				insert into longest values (zone, starts, r.longest, r.current);
			end loop;
		end loop;
	end loop;
end
$$;
select results_eq('select distinct longest from longest', 'values (4)', 'streak: the longest run does not depend on today');
select ok((select bool_and(current between 1 and longest) and count(*) = 12 from longest), 'streak: the current run depends on today');
update accounts set time_zone = null, day_starts_at = '00:00' where account_id = 3;

-- Many equal requests, mixed with others: each gets the rows of its report.
create temp table response as execute "stats.series"(array[1,2,1,2,1]::bigint[], '{month,month,month,week,month}',
	'{topic,topic,topic,topic,null}', '{null,null,null,null,null}', '{null,null,null,null,null}');
select is_empty('select "from", "to", topic_id, minutes from response where ord = 1 except all
	select "from", "to", topic_id, minutes from response where ord = 3', 'series: equal requests have equal rows');
select results_eq('select ord, count(*), sum(minutes) from response group by ord order by ord', $$values
	(1::bigint, 10::bigint, 2049::numeric), (2, 14, 1368), (3, 10, 2049), (4, 53, 1368), (5, 8, 2049)$$, 'series: each request gets its own rows');
drop table response;
create temp table response as execute "stats.summary"('{1,2,1,1,2}', '{null,null,null,2024-01-01,null}', '{null,null,null,null,null}');
select results_eq('select ord, count(*), min("head.minutes") from response group by ord order by ord', $$values
	(1::bigint, 2::bigint, 2049::bigint), (2, 1, 1368), (3, 2, 2049), (4, 2, 2041), (5, 1, 1368)$$, 'summary: each request gets its own rows');
drop table response;

-- A response has at most 20,000 buckets. A request that has more does not affect the others of the
-- batch.
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
select 2, id(10000 + n), 21, date '2100-01-01' + n, 1 from generate_series(0, 20000) as n;
create temp table response as execute "stats.series"('{2,2,2,1}', '{day,day,month,day}', '{null,null,topic,null}',
	'{2100-01-01,2100-01-02,2100-01-01,2024-02-29}', '{null,null,null,2024-03-01}');
select results_eq('select ord, outcome, count("from") from response group by ord, outcome order by ord', $$values
	(1::bigint, 'RANGE_TOO_LARGE', 0::bigint), (2, null, 20000), (3, null, 658), (4, null, 1)$$, 'series: refuses 20,001 buckets');
drop table response;
select totals_are_right('after all statements');

-- A worker runs requests together if it expects few rows. If they have more than it may hold, the
-- statement fails, and the worker runs them singly.
insert into topics (account_id, id, name) overriding system value select 3, 100000 + n, 'many ' || n from generate_series(1, 20001) as n;
insert into kept_daily_totals select 3, '2100-01-01', 100000 + n, 1, 1 from generate_series(1, 20001) as n;
insert into kept_topic_totals select 3, 100000 + n, 1, 1 from generate_series(1, 20001) as n;
insert into kept_daily_totals select 3, date '2100-01-02' + n % 2, 100000 + n, 1, 1 from generate_series(1, 20000) as n;
select refuses(format('%s requests of %s', n, call), '40001', format('execute ' || call, array_fill(3, array[n]),
	array_fill('day'::text, array[n]), array_fill('topic'::text, array[n]), array_fill('2100-01-02'::date, array[n]), array_fill(null::date, array[n])))
from (values ('"stats.totals"(%L)', 2), ('"stats.summary"(%L, ''{}'', ''{}'')', 4), ('"stats.series"(%L, %L, %L, %L, %L)', 5)) as c (call, n);
select lives_ok(format('execute ' || call, array_fill(3, array[n]),
	array_fill('day'::text, array[n]), array_fill('topic'::text, array[n]), array_fill('2100-01-02'::date, array[n]), array_fill(null::date, array[n])),
	format('%s requests of %s have a response', n, call))
from (values ('"stats.totals"(%L)', 1), ('"stats.summary"(%L, ''{}'', ''{}'')', 3), ('"stats.series"(%L, %L, %L, %L, %L)', 4)) as c (call, n);
select * from finish();
rollback;
