-- topics.list and sessions.list: the pages of every order and filter have no gap and no repetition.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

insert into topics (account_id, id, name, description) overriding system value
values (1, 11, 'Go', null), (1, 12, 'Rust 100%', 'borrow_checker'), (1, 13, 'Ärger', 'mit GO'), (2, 21, 'Go', null);

-- 300 sessions of account 1: several per instant and day; some are deleted, some have notes.
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, notes, created_at, deleted_at)
select 1, id(n * 7919 % 1000), 11 + n % 3, date '2026-01-01' + n * 31 % 60, 1 + n,
	case n % 4 when 0 then 'Übung 100%' when 1 then 'under_score' end,
	timestamptz '2026-01-01 00:00:00.000001Z' + n / 5 * interval '1 hour 1 microsecond', case when n % 10 = 9 then now() end
from generate_series(1, 300) as n;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, created_at) values
	(1, id(2001), 11, '1900-01-01', 1, '1969-12-31 23:59:59.999999Z'), (1, id(2002), 11, '9999-12-31', 1, '2200-01-01Z');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
select 2, id(n), 21, date '2026-01-01' + n, 60 from generate_series(1, 50) as n;

-- The ids of a list from a plain query.
create temp table plain as
select s.id, s.topic_id, s.created_at, s.study_date, t.name_key, text_key(s.notes) as notes_key
from sessions as s
join topics as t on t.account_id = s.account_id and t.id = s.topic_id
where s.account_id = 1 and s.deleted_at is null;
create function pg_temp.plain_ids(l lists) returns uuid[]
	language sql as $$
	select coalesce(array_agg(s.id order by
		case l.sort when 'created_at' then extract(epoch from s.created_at) when '-created_at' then -extract(epoch from s.created_at)
			when 'study_date' then s.study_date - date '2000-01-01' else date '2000-01-01' - s.study_date end,
		case when l.sort not like '-%' then s.id end, case when l.sort like '-%' then s.id end desc), '{}')
	from plain as s
	where (l.topic is null or s.topic_id = l.topic)
		and (coalesce(l.tag, '') = '' or s.name_key = text_key(l.tag))
		and (l.first_day is null or s.study_date >= l.first_day)
		and (l.end_day is null or s.study_date < l.end_day)
		and (l.q is null or strpos(s.name_key, text_key(l.q)) > 0 or strpos(s.notes_key, text_key(l.q)) > 0)
	$$;

insert into lists (sort, topic, tag, first_day, end_day, q, page)
select sort, topic, tag, first_day, end_day, q, page
from unnest(array['created_at', '-created_at', 'study_date', '-study_date']) as sort
cross join (values (null::bigint, null), (12, null), (null, 'äRGER'), (null, ''), (null, 'none'), (11, 'go'), (11, 'Ärger'),
	(99, null)) as topics (topic, tag)
cross join (values (null::date, null::date), ('2026-01-20', null), (null, '2026-01-20'), ('2026-01-20', '2026-01-21'),
	('2026-01-20', '2026-02-20'), ('2026-01-20', '2026-01-20'), ('2026-01-21', '2026-01-20')) as range (first_day, end_day)
cross join (values (null, 50), ('ÜBUNG', 50), ('0%', 7), ('r_s', 7), ('GO', 500)) as search (q, page)
where topic is null and tag is null or first_day is null or q is null
union all
select sort, topic, null, first_day, end_day, null, 1
from unnest(array['created_at', '-created_at', 'study_date', '-study_date']) as sort
cross join (values (null::bigint, null::date, null::date), (11, '2026-01-10', '2026-01-30')) as ranges (topic, first_day, end_day);
select read_lists() \g /dev/null
select is((l.ids, l.largest <= l.page)::text, (pg_temp.plain_ids(l), true)::text, format('sessions.list by %s of topic %s, tag %s, from %s to %s, with %s, %s a page',
	sort, topic, tag, first_day, end_day, q, page))
from lists as l;

-- A batch: each request gets its own page.
create temp table response as execute "sessions.list"('{1,2,1,3,2,1,1}', '{2,1,9999,5,3,1,2}',
	array[null, null, null, null, date '2026-01-04' - date '1970-01-01', 9223372036854775807, -9223372036854775808]::int8[],
	array[null, null, null, null, id(3), id(0), id(0)],
	'{study_date,-study_date,null,created_at,study_date,study_date,-created_at}',
	'{null,null,null,null,null,null,null}', array[null, ' go ', null, null, null, null, null],
	test.same(null::date, 7), test.same(null::date, 7), test.same(null::text, 7), '{}', '{}', '{}', '{}');
select results_eq('select ord, count(*) from response group by ord order by ord',
	'values (1::bigint, 3::bigint), (2, 2), (3, 272), (5, 4)',
	'sessions.list: at most one row more than the page; none after the last row or for an empty account');
select results_eq('select id from response where ord = 2', 'values (id(50)), (id(49))', 'sessions.list: another account gets its own sessions');
select results_eq('select id from response where ord = 5', 'values (id(4)), (id(5)), (id(6)), (id(7))',
	'sessions.list: strictly after the cursor');
select results_eq('select ord, row_number() over () from response', 'select ord, row_number() over (order by ord) from response',
	'sessions.list: in the order of requests');
select columns_are('response', array['ord', 'outcome', 'id', 'topic_id', 'tag', 'study_date', 'duration_minutes',
	'minutes', 'notes', 'task_id', 'goal_id', 'skill_id', 'project_id', 'created_at', 'updated_at', 'timestamp',
	'next_cursor'], 'sessions.list: the columns of a session and a cursor');
select results_eq('select next_cursor from response where ord in (1, 3) and id = any (ids(2001, 2002))', $$values
	('-25567~' || id(2001)), ('-1~' || id(2001)), ('7258118400000000~' || id(2002))$$,
	'sessions.list: a cursor is days or microseconds since 1970, and the id');
drop table response;

-- The variants of sessions.list answer the same as it does; their cursor is the key alone.
create function pg_temp.page(method text, request jsonb, out answers jsonb, out keys text)
	language sql as $$
	select jsonb_agg(a.answer - 'next_cursor' order by a.place), string_agg(a.answer ->> 'next_cursor', ' ' order by a.place)
	from (select a.*, row_number() over () as place from test.answers(method, request) as a) as a
	$$;
create temp table variants as
select *
from (values ('sessions.by_created_at', 'created_at'), ('sessions.by_created_at_desc', '-created_at'),
	('sessions.by_study_date', 'study_date'), ('sessions.by_study_date_desc', '-study_date')) as v (variant, sort)
cross join lateral (
	select jsonb_build_object('limit', l.row_limit, 'account_id', l.account) || coalesce(c.cursor, '{}') as request
	from (values (1, 1), (50, 1), (9999, 1), (500, 2), (20, 3)) as l (row_limit, account)
	cross join (
		select null::jsonb as cursor
		union all
		select jsonb_build_object('cursor_key', split_part(a.answer ->> 'next_cursor', '~', 1),
			'cursor_id', split_part(a.answer ->> 'next_cursor', '~', 2))
		from (
			select a.answer, row_number() over () as place
			from test.answers('sessions.list', jsonb_build_object('sort', v.sort, 'limit', 500)) as a
		) as a
		where a.place % 45 in (1, 2)
		union all
		select jsonb_build_object('cursor_key', n.key, 'cursor_id', n.id)
		from (values ('9223372036854775807', id(1)), ('-9223372036854775808', id(1)), ('20454', null)) as n (key, id)
	) as c
) as r;
select is((pg_temp.page(variant, request)).answers,
	(pg_temp.page('sessions.list', request || jsonb_build_object('sort', sort))).answers,
	format('%s: the rows of sessions.list for %s', variant, request))
from variants;
select is((pg_temp.page(variant, '{"limit": 3}')).keys, keys, variant || ': the cursor is the key of the row')
from (values ('sessions.by_created_at', (select string_agg(to_jsonb(created_at) #>> '{}', ' ' order by created_at, id)
		from (select created_at, id from plain order by created_at, id limit 4) as p)),
	('sessions.by_study_date_desc', (select string_agg(study_date::text, ' ' order by study_date desc, id desc)
		from (select study_date, id from plain order by study_date desc, id desc limit 4) as p))) as k (variant, keys);
create temp table response as execute "sessions.by_study_date_desc"('{1,2,3,1}', '{2,1,9,500}', '{null,null,null,null}',
	'{null,null,null,null}');
select results_eq('select ord, count(*) from response group by ord order by ord', 'values (1::bigint, 3::bigint), (2, 2), (4, 272)',
	'a variant: each request of a batch gets its page and one row more');
select results_eq('select ord, id from response', 'select ord, id from response order by ord, study_date desc, id desc',
	'a variant: in the order of requests');
drop table response;

-- topics.list: account_id, limit, cursor_key, cursor_id, sort, q, archived
insert into topics (account_id, id, name, archived_at, deleted_at) overriding system value
select 1, 100 + n, 'topic ' || n, case when n % 3 = 0 then now() end, case when n % 5 = 0 then now() end
from generate_series(1, 120) as n;

create function pg_temp.topic_pages(page int, sort text, q text, archived boolean) returns bigint[]
	language plpgsql as $$
declare
	ids bigint[] = '{}';
	cursor_key bigint;
	returned int;
	r record;
begin
	loop
		returned = 0;
		for r in execute format('execute "topics.list"(%L, array[%L]::int8[], array[%L]::int8[], %L, array[%L]::text[],
				array[%L]::text[], array[%L]::bool[])',
			'{1}', page, cursor_key, '{null}', sort, q, archived)
		loop
			returned = returned + 1;
			continue when returned > page;
			ids = ids || r.id;
			cursor_key = r.next_cursor;
		end loop;
		if returned > page + 1 then
			raise 'a page of % has % rows', page, returned;
		end if;
		exit when returned <= page;
	end loop;
	return ids;
end
$$;

create function pg_temp.topic_list(sort text, q text, archived boolean) returns bigint[]
	language sql as $$
	select coalesce(array_agg(id order by case when sort like '-%' then -id else id end), '{}')
	from topics
	where account_id = 1 and deleted_at is null
		and (archived is null or archived = (archived_at is not null))
		and (q is null or strpos(name_key, text_key(q)) > 0 or strpos(text_key(description), text_key(q)) > 0)
	$$;

select is(pg_temp.topic_pages(page, sort, q, archived), pg_temp.topic_list(sort, q, archived),
	format('topics.list by %s with %s, archived %s, %s a page', sort, q, archived, page))
from unnest(array['created_at', '-created_at']) as sort
cross join unnest(array[null, 'TOPIC 1', 'gO', 'ÄRGER', '0%', 'w_c', 'none']) as q
cross join unnest(array[null, true, false]) as archived
cross join unnest(array[1, 7, 500]) as page;

create temp table response as execute "topics.list"('{2,1,3,1}', '{null,2,5,9999}', '{null,13,null,null}', '{null,null,null,null}',
	'{null,created_at,null,-created_at}', '{null,null,null,null}', '{null,null,null,null}');
select results_eq('select id, next_cursor from response where ord = 2', $$values (101::bigint, '101'), (102, '102'), (103, '103')$$,
	'topics.list: strictly after the cursor');
select is((select name from topics where id = 21), (select name from response where ord = 1),
	'topics.list: another account gets its own topics');
select is((select count(*) from response where ord = 4), 99::bigint, 'topics.list: all live topics');
select is((select count(*) from response where ord = 3), 0::bigint, 'topics.list: no row for an empty account');
select columns_are('response', array['ord', 'outcome', 'id', 'name', 'description', 'created_at', 'updated_at', 'archived_at',
	'next_cursor'], 'topics.list: the columns of a topic and a cursor');
select * from finish();
rollback;
