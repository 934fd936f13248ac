-- Search: how keys fold text, what q finds, and how many rows a page compares.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

-- Keys.
select is(search_key(a), search_key(b), format('search_key: %s is %s', a, b))
from (values ('Café', 'CAFE'), (U&'Cafe\0301', 'café'), ('Straße', 'STRASSE'), ('STRAẞE', 'strasse'), ('ﬁne', 'FINE'),
	('ＦＵＬＬ', 'full'), ('İstanbul', 'istanbul'), ('ΟΔΟΣ', 'ὁδός'), ('οδοσ', 'οδος'), ('ĐƯỜNG', 'duong'), ('Tiếng Việt', 'tieng viet'),
	('Łódź', 'lodz'), ('Ærø', 'aero'), ('œuvre', 'OEUVRE'), ('Ёлка', 'елка'), ('ｶﾞｸ', 'ガク'), (U&'\1112\1161\11AB', '한'),
	('x²', 'x2'), ('Kelvin', 'kelvin'), (null, null), ('', '')) as t (a, b);
select isnt(search_key(a), search_key(b), format('search_key: %s is not %s', a, b))
from (values ('ı', 'i'), ('kısım', 'kisim'), ('か', 'が'), ('कि', 'क'), ('한', '하'), ('o', 'u'), ('a b', 'ab')) as t (a, b);
select is(text_key(a), text_key(b), format('text_key: %s is %s', a, b))
from (values ('Straße', 'STRASSE'), ('ΟΔΟΣ', 'οδος'), ('οδοσ', 'οδος'), (U&'a\0308', 'Ä'), ('ẞ', 'ss'), ('K', 'k'), (null, null)) as t (a, b);
select isnt(text_key(a), text_key(b), format('text_key: %s is not %s', a, b))
from (values ('ı', 'i'), ('I', 'ı'), ('Café', 'Cafe'), ('İ', 'I')) as t (a, b);
select ok(strpos(text_key('οδοσήμανση'), text_key('ΟΔΟΣ')) > 0, 'text_key: a final sigma is part of a word');
select is_empty($$select chr(n) from generate_series(1, 20000) as n
	where text_key(chr(n)) is distinct from nfc(fold_case(nfc(chr(n)))) or search_key(search_key(chr(n))) <> search_key(chr(n))$$,
	'the fast path has the result of the slow one, and the key of a key is the key');
select is_empty($$select chr(n) from generate_series(1, 20000) as n
	where text_key(chr(n)) <> normalize(lower(upper(lower(normalize(chr(n), nfc) collate "und-x-icu"))), nfc) and n <> ascii('ı')
		and translate(lower(upper(lower(chr(n) collate "und-x-icu"))), 'ς', 'σ') <> text_key(chr(n))$$,
	'text_key: as before, except ı and final sigma');
select is(like_pattern('50%_\x'), '%50\%\_\\x%', 'like_pattern: wildcards are literal');

-- The numbers of the sessions of account 1 that a search finds.
insert into topics (account_id, id, name) overriding system value values
	(1, 11, 'Go'), (1, 12, 'Café Zürich'), (1, 13, 'Kısım'), (2, 21, 'Go');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, notes, created_at, deleted_at) values
	(1, id(1), 11, '2026-01-01', 5, 'Crème brûlée in the Café', '2026-01-01Z', null),
	(1, id(2), 11, '2026-01-02', 5, '100% of snake_case, C:\temp', '2026-01-02Z', null),
	(1, id(3), 11, '2026-01-03', 5, '微积分 数学复习', '2026-01-03Z', null),
	(1, id(4), 11, '2026-01-04', 5, 'ΟΔΟΣΗΜΑΝΣΗ', '2026-01-04Z', null),
	(1, id(5), 12, '2026-01-05', 5, null, '2026-01-05Z', null),
	(1, id(6), 13, '2026-01-06', 5, 'Straße', '2026-01-06Z', null),
	(1, id(7), 11, '2026-01-07', 5, 'a deleted Café', '2026-01-07Z', now()),
	(2, id(8), 21, '2026-01-08', 5, 'a Café elsewhere', '2026-01-08Z', null);

create function pg_temp.found(q text, sort text default 'created_at', topic bigint default null, first_day date default null)
	returns bigint[]
	language plpgsql as $$
declare
	numbers bigint[] = '{}';
	r record;
begin
	for r in execute format('execute "sessions.list"(%L, %L, %L, %L, array[%L], array[%L]::int8[], %L, array[%L]::date[], %L, array[%L], ''{}'', ''{}'', ''{}'', ''{}'')',
		'{1}', '{50}', '{null}', '{null}', sort, topic, '{null}', first_day, '{null}', q)
	loop
		numbers = numbers || ('x' || right(r.id::text, 12))::bit(48)::bigint;
	end loop;
	return numbers;
end
$$;

select is(pg_temp.found(q), numbers::bigint[], format('q=%s finds %s', q, numbers))
from (values ('cafe', '{1,5}'), ('CAFÉ', '{1,5}'), (U&'cafe\0301', '{1,5}'), ('brulee', '{1}'), ('eme bru', '{1}'), ('100%', '{2}'),
	('0% o', '{2}'), ('%', '{2}'), ('_', '{2}'), ('snake_case', '{2}'), ('snakeXcase', '{}'), ('\t', '{2}'), ('C:\', '{2}'),
	('数学', '{3}'), ('分', '{3}'), ('积分', '{3}'), ('οδος', '{4}'), ('ΟΔΟΣ', '{4}'), ('σημ', '{4}'), ('zurich', '{5}'),
	('strasse', '{6}'), ('STRAẞE', '{6}'), ('kısım', '{6}'), ('kisim', '{}'), ('none', '{}'), ('go', '{1,2,3,4}'), ('deleted', '{}'),
	('elsewhere', '{}')) as t (q, numbers);
select is(pg_temp.found('cafe', '-created_at'), '{5,1}', 'a search from the last');
select is(pg_temp.found('cafe', '-study_date'), '{5,1}', 'a search from the last day');
select is(pg_temp.found('cafe', 'study_date', 11), '{1}', 'a search of a topic');
select is(pg_temp.found('cafe', 'created_at', 12), '{5}', 'a search of a topic by its name');
select is(pg_temp.found('cafe', 'created_at', null, '2026-01-02'), '{5}', 'a search of a range');
select is(pg_temp.found('cafe', '-study_date', null, '2026-01-06'), '{}', 'a search of an empty range');
update sessions set notes = 'Tea' where id = id(1) and account_id = 1;
update sessions set deleted_at = null where id = id(7) and account_id = 1;
select is(pg_temp.found('cafe'), '{5,7}', 'a search after changes');
select is(pg_temp.found('tea'), '{1}', 'a search for changed text');

-- A tag in several cases names several topics. topics.create does not create such topics here.
drop index if exists topics_live_name;
insert into topics (account_id, id, name) overriding system value
select 3, 300 + n, case n % 2 when 0 then 'AWS' else 'aws' end from generate_series(1, 7) as n;
insert into topics (account_id, id, name, deleted_at) overriding system value values (3, 399, 'aws', now());
insert into topics (account_id, id, name) overriding system value values (3, 398, 'other');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, created_at, notes)
select 3, id(n), case n % 9 when 0 then 398 else 301 + n % 7 end, date '2026-01-01' + n * 31 % 60, 5,
	timestamptz '2026-01-01Z' + n / 4 * interval '1 hour', case n % 5 when 0 then 'lambda' end
from generate_series(1, 200) as n;

-- The ids of a list from a plain query.
create temp table plain (id uuid, topic_id bigint, created_at timestamptz, study_date date, name_key text, name_search text,
	notes_search text);
create function pg_temp.fill_plain() returns void
	language sql as $$
	truncate plain;
	insert into plain
	select s.id, s.topic_id, s.created_at, s.study_date, t.name_key, search_key(t.name), search_key(s.notes)
	from sessions as s
	join topics as t on t.account_id = s.account_id and t.id = s.topic_id
	where s.account_id = 3 and s.deleted_at is null
	$$;
create function pg_temp.plain_ids(l lists) returns uuid[]
	language sql as $$
	select coalesce(array_agg(s.id order by
		case l.sort when 'created_at' then extract(epoch from s.created_at) when '-created_at' then -extract(epoch from s.created_at)
			when 'study_date' then s.study_date - date '2000-01-01' else date '2000-01-01' - s.study_date end,
		case when l.sort not like '-%' then s.id end, case when l.sort like '-%' then s.id end desc), '{}')
	from plain as s
	where (l.topic is null or s.topic_id = l.topic)
		and (l.tag is null or s.name_key = text_key(l.tag)) and (l.first_day is null or s.study_date >= l.first_day)
		and (l.q is null or strpos(s.name_search, search_key(l.q)) > 0 or strpos(s.notes_search, search_key(l.q)) > 0)
	$$;

insert into lists (account, sort, topic, tag, first_day, q, page)
select 3, sort, topic, tag, first_day, q, page
from unnest(array['created_at', '-created_at', 'study_date', '-study_date']) as sort
cross join (values (null::bigint, 'Aws'), (303, 'aws'), (303, null), (null, 'none')) as topics (topic, tag)
cross join unnest(array[null, date '2026-01-20']) as first_day
cross join (values (null, 2), (null, 7), ('lambda', 3), ('aw', 7), ('aws', 7)) as search (q, page);
select pg_temp.fill_plain(), read_lists() \g /dev/null
select is((l.ids, l.largest <= l.page)::text, (pg_temp.plain_ids(l), true)::text, format('namesakes: by %s of topic %s, tag %s, from %s, with %s, %s a page',
	sort, topic, tag, first_day, q, page))
from lists as l;
delete from lists;

-- A search that the index cannot do compares 1,500 sessions per page. One page is enough for a word
-- that all notes contain; the index finds a word that few contain.
insert into topics (account_id, id, name) overriding system value values (3, 397, 'Long');
delete from sessions where account_id = 3;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, created_at, notes)
select 3, id(n), 397, date '2020-01-01' + n % 900, 5, timestamptz '2026-01-01Z' + n * interval '1 minute',
	'all have this, ' || n || case when n in (7, 2000, 2001, 4500) then ' qz' else '' end
		|| case when n in (3000, 5000) then ' needle' else '' end || case when n % 2 = 0 then ' even' else '' end
from generate_series(1, 5000) as n;
create temp table expected (q text, page int, pages int, largest bigint);
insert into expected values ('qz', 50, 4, null), ('needle', 50, 1, null), ('needl', 1, 2, null), ('zz', 50, 4, null),
	('even', 500, null, 500), ('all have', 500, null, 500);
insert into lists (account, sort, topic, first_day, q, page)
select 3, sort, topic, first_day, q, page
from expected
cross join unnest(array['created_at', '-created_at', 'study_date', '-study_date']) as sort
cross join unnest(array[null, 397]) as topic
cross join unnest(array[null, date '2020-01-02']) as first_day
where pages is not null or sort in ('created_at', '-study_date');
select pg_temp.fill_plain(), read_lists() \g /dev/null
select is((l.ids, l.pages, l.largest)::text, (pg_temp.plain_ids(l), coalesce(e.pages, l.pages), coalesce(e.largest, least(l.largest, l.page)))::text,
	format('%s pages of %s by %s of topic %s, from %s, with %s', e.pages, l.page, sort, topic, first_day, q))
from lists as l
join expected as e using (q);

select is(search_sessions(3, '%have this%'), null, 'search_sessions: too many');
select is((select array_agg(i order by i) from unnest(search_sessions(3, '%needle%')) as i), ids(3000, 5000), 'search_sessions: few');
select is(search_sessions(3, '%no such word%'), '{}', 'search_sessions: none');
select is((select array_agg(has_trigram(q) order by n) from unnest(array['abc', 'ab', 'a', '%%%', 'a b', 'ab c', 'äöü', '数学', '数学习', ''])
	with ordinality as u (q, n)), '{t,f,f,f,t,t,t,f,t,f}', 'has_trigram: three letters in a row, or the start of a word');

-- Topics: a page compares 5,000.
insert into topics (account_id, id, name, description) overriding system value
select 3, 10000 + n, 'Topic ' || n, case n when 6000 then 'Crème' end from generate_series(1, 6000) as n;
create temp table response as execute "topics.list"('{3,3}', '{50,50}', '{10000,14900}', '{null,null}', '{created_at,created_at}',
	'{creme,creme}', '{null,null}');
select results_eq('select ord, id, next_cursor from response', $$values (1::bigint, null::bigint, '15000'), (2, 16000, '16000')$$,
	'topics.list: a marker after 5,000 topics');
select * from finish();
rollback;
