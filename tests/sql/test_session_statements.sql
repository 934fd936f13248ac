-- sessions.create, .log, .get, .update, .delete and .restore, several requests at a time.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

insert into topics (account_id, id, name, deleted_at) overriding system value
values (1, 11, 'Go', null), (1, 12, 'Rust', null), (1, 13, 'Gone', now()), (2, 21, 'Go', null);

-- sessions.create: account_id, session_id, topic_id, study_date, duration_minutes, notes
create temp table response as execute "sessions.create"(
	'{1,1,2,1,1,1,2}', ids(5, 4, 5, 3, 2, 1, 6), '{12,99,21,11,13,21,11}',
	array['2026-05-05', '2026-05-05', '1900-01-01', null, '2026-05-05', '2026-05-05', '2026-05-05']::date[],
	'{30,30,1440,null,30,30,30}', array['n', 'n', null, null, 'n', 'n', 'n'], '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, id, topic_id, tag, study_date, minutes, notes, created from response', $$values
	(1::bigint, null, id(5), 12::bigint, 'Rust', '2026-05-05'::date, 30, 'n', true),
	(2, 'UNKNOWN_TOPIC', null, null, null, null, null, null, false),
	(3, null, id(5), 21, 'Go', '1900-01-01', 1440, null, true),
	(4, null, id(3), 11, 'Go', current_date, 60, null, true),
	(5, 'UNKNOWN_TOPIC', null, null, null, null, null, null, false),
	(6, 'UNKNOWN_TOPIC', null, null, null, null, null, null, false),
	(7, 'UNKNOWN_TOPIC', null, null, null, null, null, null, false)$$,
	'create: unknown, deleted and foreign topics are UNKNOWN_TOPIC; the defaults are today and an hour');
select columns_are('response', array['ord', 'outcome', 'id', 'topic_id', 'tag', 'study_date', 'duration_minutes',
	'minutes', 'notes', 'task_id', 'goal_id', 'skill_id', 'project_id', 'created_at', 'updated_at', 'timestamp', 'topic_archived', 'created', 'replayed', 'details.fields',
	'details.topic_id', 'details.tag', 'details.study_date', 'details.duration_minutes', 'details.minutes', 'details.notes',
	'details.task_id', 'details.goal_id', 'details.skill_id', 'details.project_id', 'details.created_at', 'details.updated_at'], 'create: the columns of a session');
select is_empty('select from response where created and
	(created_at <> now() or updated_at <> now() or "timestamp" <> now() or duration_minutes <> minutes)',
	'create: the old and the new names have the same values');
select results_eq('select account_id, id, topic_id, study_date, duration_minutes, notes from sessions order by 1, 2',
	'select case when ord = 3 then 2::bigint else 1 end, id, topic_id, study_date, duration_minutes, notes
		from response where created order by 1, 2', 'create: exactly the returned sessions exist');
drop table response;
create temp table response as execute "sessions.create"('{1,1,1}', ids(5, 7, 3), '{11,11,99}',
	'{2026-06-06,2026-06-06,null}', '{1,1,1}', '{other,new,other}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, id, topic_id, tag, study_date, minutes, notes, created from response', $$values
	(1::bigint, 'SESSION_EXISTS: the session exists with other values: topic_id, study_date, duration_minutes, notes', id(5), 12::bigint,
		'Rust', '2026-05-05'::date, 30, 'n', false),
	(2, null, id(7), 11, 'Go', '2026-06-06', 1, 'new', true),
	(3, 'SESSION_EXISTS: the session exists with other values: topic_id, duration_minutes, notes', id(3), 11, 'Go', current_date, 60, null, false)$$,
	'create: other content is refused, and the outcome names the differences');
select results_eq('select ord, "details.fields", "details.topic_id", "details.tag", "details.notes" from response', $$values
	(1::bigint, '{topic_id,study_date,duration_minutes,notes}'::text[], 12::bigint, 'Rust', 'n'), (2, null, null, null, null),
	(3, '{topic_id,duration_minutes,notes}', 11, 'Go', null)$$, 'create: the details are the values of the existing session');
drop table response;
create temp table response as execute "sessions.create"('{1,1,1}', ids(5, 7, 3), '{12,11,11}', '{null,2026-06-06,null}',
	'{30,1,60}', '{n,new,null}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, created from response', $$values
	(1::bigint, null, false), (2, null, false), (3, null, false)$$,
	'create: the same content is returned; a study_date that is not given is not compared');
drop table response;
update sessions set created_at = now() - interval '1 day', study_date = current_date - 1 where id = id(3);
create temp table response as execute "sessions.create"('{1}', ids(3), '{11}', '{null}', '{null}', '{null}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select outcome, study_date from response', $$values (null::text, current_date - 1)$$,
	'create: a request that is repeated after midnight has the same content');
drop table response;
create temp table response as execute "sessions.create"('{1}', ids(3), '{11}', '{null}', '{null}', '{null}',
	array[now()], '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select is((select "details.fields" from response), '{created_at}', 'create: another created_at is refused');
drop table response;
update sessions set created_at = now(), study_date = current_date where id = id(3);

-- created_at, tag, if_match, if_none_match
create temp table response as execute "sessions.create"('{1,1,1,1,1,1}', ids(50, 51, 52, 53, 54, 55), '{11,11,11,11,12,99}',
	'{null,2020-02-02,null,null,null,null}', '{1,1,1,1,1,1}', '{}',
	array['2025-01-05T23:30:00Z', '2025-01-05T23:30:00Z', now() + interval '25 hours', null, null, null]::timestamptz[],
	'{}', 	array[null, null, null, '*', null, null], array[null, null, null, null, '*', '*'], array['go', null, null, null, 'Go', 'x'], '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, study_date, created_at, "timestamp", created from response', $$values
	(1::bigint, null, '2025-01-05'::date, '2025-01-05T23:30:00Z'::timestamptz, '2025-01-05T23:30:00Z'::timestamptz, true),
	(2, null, '2020-02-02', '2025-01-05T23:30:00Z', '2025-01-05T23:30:00Z', true),
	(3, 'INVALID_INPUT created_at: created_at must not be in the future', null, null, null, false),
	(4, 'PRECONDITION_FAILED', null, null, null, false),
	(5, 'INVALID_INPUT tag: tag must name the topic of topic_id', null, null, null, false),
	(6, 'UNKNOWN_TOPIC', null, null, null, false)$$,
	'create: created_at sets the day; if_match needs a row; a tag must name the topic, without case');
drop table response;
create temp table before as select * from sessions where id in (id(50), id(51));
create temp table response as execute "sessions.create"('{1,1,1,1,1}', ids(50, 51, 7, 3, 5), '{12,12,11,99,11}', '{2021-01-01,2021-01-01,null,null,null}',
	'{5,5,1,60,60}', '{r,null,new,null,null}', '{}', '{}',
	array['x,' || etag(now()), 'old', null, '*', null], array[null, null, '*', null, 'W/"x", W/' || etag(now())], '{}', '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, topic_id, tag, study_date, minutes, notes, created, updated_at > now() from response', $$values
	(1::bigint, null::text, 12::bigint, 'Rust', '2021-01-01'::date, 5, 'r', false, true),
	(2, 'PRECONDITION_FAILED', 11, 'Go', '2020-02-02', 1, null, false, false),
	(3, 'PRECONDITION_FAILED', 11, 'Go', '2026-06-06', 1, 'new', false, false),
	(4, 'UNKNOWN_TOPIC', 11, 'Go', current_date, 60, null, false, false),
	(5, 'PRECONDITION_FAILED', 12, 'Rust', '2026-05-05', 30, 'n', false, false)$$,
	'create: if_match replaces its version; if_none_match compares weakly');
select results_eq('select s.topic_id, s.study_date, s.duration_minutes, s.notes, s.created_at = b.created_at from sessions as s
	join before as b using (id) order by id', $$values (12::bigint, '2021-01-01'::date, 5, 'r', true), (11, '2020-02-02', 1, null, true)$$,
	'create: a replaced session keeps its created_at');
drop table response;
create temp table response as execute "sessions.create"('{1}', ids(50), '{12}', '{2021-01-01}', '{5}', '{r}', '{}', '{}', '{*}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select outcome, updated_at from response', 'select null::text, updated_at from sessions where id = id(50)',
	'create: a replacement with the same content makes no version');
drop table response, before;
delete from sessions where id in (id(50), id(51));
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, created_at) values (1, id(52), 11, '2020-02-01', 60, '2020-02-03 12:00Z');
select is(coalesce(a.outcome, a.answer ->> 'study_date'), day, format('%s: the day of a replacement: %s', method, request))
from (values
	(1, 'sessions.create', '{"notes": "a"}', '2020-02-01'), (2, 'sessions.log', '{"notes": "b", "created_at": "2020-02-03T12:00Z"}', '2020-02-01'),
	(3, 'sessions.create', '{"notes": "c", "created_at": "2020-02-05T12:00Z"}', '2020-02-05'), (4, 'sessions.log', '{"notes": "d", "study_date": "2020-02-06"}', '2020-02-06'),
	(5, 'sessions.create', '{"notes": "e"}', '2020-02-06')) as t (n, method, request, day)
cross join lateral answers(method, request::jsonb || jsonb_build_object('session_id', id(52), 'topic_id', 11, 'tag', 'Go',
	'duration_minutes', 60, 'minutes', 60, 'if_match', '*')) as a
order by n;
select is((study_date, notes)::text, '(2020-02-06,e)', 'the replaced session is stored') from sessions where id = id(52);
delete from sessions where id = id(52);
create temp table response as execute "sessions.create"('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select is_empty('select * from response', 'create: no request, no row');
drop table response;

-- Today is the day in the zone of the account; it starts at day_starts_at.
update accounts set time_zone = zone, day_starts_at = starts
from (values (1, 'Pacific/Kiritimati', '00:00'::time), (2, 'Pacific/Pago_Pago', '23:59')) as v (id, zone, starts)
where account_id = v.id;
create temp table response as execute "sessions.create"('{1,2}', ids(8, 8), '{11,21}', '{null,null}', '{1,1}', '{null,null}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select study_date from response', $$values
	((now() at time zone 'Pacific/Kiritimati')::date), ((now() at time zone 'Pacific/Pago_Pago' - interval '23:59')::date)$$,
	'create: today is the day of the account');
select cmp_ok((select study_date from response where ord = 1), '>', (select study_date from response where ord = 2),
	'create: zones 25 hours apart never have the same day');
drop table response;
update accounts set time_zone = null, day_starts_at = '00:00';
set local TimeZone = 'Pacific/Kiritimati';
create temp table response as execute "sessions.create"('{1}', ids(9), '{11}', '{null}', '{1}', '{null}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select is((select study_date from response), (now() at time zone 'Pacific/Kiritimati')::date,
	'create: an account without a zone has the zone of the service');
drop table response;
set local TimeZone = 'UTC';
select is(account_today('UTC', '00:00'), (now() at time zone 'UTC')::date, 'UTC is the name of a zone');

-- sessions.get: account_id, session_id
create temp table response as execute "sessions.get"('{2,1,1,1}', ids(3, 3, 999, 5));
select results_eq('select ord, id, topic_id, tag, minutes, notes from response', $$values
	(2::bigint, id(3), 11::bigint, 'Go', 60, null), (4, id(5), 12, 'Rust', 30, 'n')$$,
	'get: one row per session, none for an unknown or foreign one');
select columns_are('response', array['ord', 'outcome', 'id', 'topic_id', 'tag', 'study_date', 'duration_minutes',
	'minutes', 'notes', 'task_id', 'goal_id', 'skill_id', 'project_id', 'created_at', 'updated_at', 'timestamp'], 'get: the columns of a session');
drop table response;

-- sessions.log: account_id, session_id, minutes, tag, study_date, notes
create temp table response as execute "sessions.log"(
	'{1,1,2,1,1,1,1}', ids(20, 21, 20, 22, 23, 24, 25), '{1,2,3,4,5,6,7}',
	array['Neu', 'gO', 'neu', 'NEU', 'Gone', 'neu', 'Ab'], test.same('2026-05-05'::date, 7),
	array['a', null, 'c', 'd', 'e', 'f', 'g'], '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, id, tag, minutes, notes, created from response', $$values
	(1::bigint, null::text, id(20), 'Neu', 1, 'a', true), (2, null, id(21), 'gO', 2, null, true),
	(3, null, id(20), 'neu', 3, 'c', true), (4, null, id(22), 'NEU', 4, 'd', true), (5, null, id(23), 'Gone', 5, 'e', true),
	(6, null, id(24), 'neu', 6, 'f', true), (7, null, id(25), 'Ab', 7, 'g', true)$$,
	'log: a tag is stored as it is written');
select results_eq($$select account_id, name, is_namesake, made_by_tag from topics where name_key in ('neu', 'ab', 'go', 'gone')
	and deleted_at is null order by 1, name collate "C"$$, $$values (1::bigint, 'Ab', false, false), (1, 'Go', false, false), (1, 'Gone', false, false),
	(1, 'NEU', true, true), (1, 'Neu', false, false), (1, 'gO', true, true), (1, 'neu', true, true), (2, 'Go', false, false), (2, 'neu', false, false)$$,
	'log: creates one topic per name, namesakes in another case, and a new topic for a deleted one');
select isnt((select topic_id from response where ord = 5), 13::bigint, 'log: does not use a deleted topic');
select is((select count(distinct topic_id) from response where ord in (1, 4, 6)), 3::bigint, 'log: creates one topic for a tag');
select columns_are('response', array['ord', 'outcome', 'id', 'topic_id', 'tag', 'study_date', 'duration_minutes',
	'minutes', 'notes', 'task_id', 'goal_id', 'skill_id', 'project_id', 'created_at', 'updated_at', 'timestamp', 'topic_archived', 'created', 'replayed', 'details.fields',
	'details.topic_id', 'details.tag', 'details.study_date', 'details.duration_minutes', 'details.minutes', 'details.notes',
	'details.task_id', 'details.goal_id', 'details.skill_id', 'details.project_id', 'details.created_at', 'details.updated_at'], 'log: the columns of a session');
select results_eq('select s.id, s.topic_id, s.study_date, s.duration_minutes, s.notes from sessions as s
		where s.account_id = 1 and id >= id(20) order by 1',
	'select id, topic_id, study_date, minutes, notes from response where ord <> 3 order by 1', 'log: the returned sessions exist');
drop table response;
create temp table response as execute "sessions.log"('{1,1,1}', ids(21, 26, 22), '{9,8,4}', '{Never,Rust,NEU}', '{null,null,2026-05-05}',
	'{x,null,d}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, id, tag, study_date, minutes, notes, created, "details.fields" from response', $$values
	(1::bigint, 'SESSION_EXISTS: the session exists with other values: tag, minutes, notes', id(21), 'gO', '2026-05-05'::date, 2, null, false,
		'{tag,minutes,notes}'::text[]), (2, null, id(26), 'Rust', current_date, 8, null, true, null),
	(3, null, id(22), 'NEU', '2026-05-05', 4, 'd', false, null)$$,
	'log: a repeated session_id with the same content is returned');
select is_empty($$select from topics where name = 'Never'$$, 'log: a refused session_id creates no topic');
drop table response;
create temp table response as execute "sessions.log"('{1,1,1,1,1}', ids(21, 22, 40, 41, 42), '{9,9,1,1,1}', '{Never,Ever,x,rust,new}',
	'{2026-05-06,null,null,2026-05-06,2026-05-06}', '{}', array[null, null, now() + interval '2 days', null, null], '{}',
	array['*', 'old', null, null, null], array[null, null, null, '*', null], '{t,t,t,f,f}', '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, id, tag, minutes, created from response', $$values
	(1::bigint, null, id(21), 'Never', 9, false), (2, 'PRECONDITION_FAILED', id(22), 'NEU', 4, false),
	(3, 'INVALID_INPUT created_at: created_at must not be in the future', null, null, null, false), (4, null, id(41), 'Rust', 1, true),
	(5, null, id(42), 'new', 1, true)$$, 'log: if_match replaces; without match_case, the only topic of the name is used');
select is_empty($$select from topics where name in ('Ever', 'x')$$, 'log: a refused session creates no topic');
drop table response;
create temp table response as execute "sessions.log"('{1,1,1}', ids(43, 44, 45), '{1,1,1}', '{nEU,neu,NEVER}',
	'{null,null,null}', '{}', '{}', '{}', '{}', '{}', '{f,f,f}', '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, tag from response', $$values
	(1::bigint, 'INVALID_INPUT tag: several topics have this name: write one exactly as it is', null), (2, null, 'neu'), (3, null, 'Never')$$,
	'log: without match_case, the exact one of several topics is used');
drop table response;
delete from sessions where id in (id(41), id(42), id(44), id(45));
update sessions set topic_id = t.id, duration_minutes = 2, study_date = '2026-05-05' from topics as t
	where sessions.account_id = 1 and sessions.id = id(21) and t.name = 'gO';
update topics set archived_at = now() where account_id = 1 and name = 'Ab';
create function pg_temp.topic_of(n bigint) returns bigint
	language sql
	as 'select s.topic_id from public.sessions as s where s.account_id = 1 and s.id = test.id($1)';
create temp table response as execute "sessions.log"('{1,1}', ids(46, 25), '{1,7}', '{Ab,Ab}', '{null,2026-05-05}', '{null,g}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, topic_archived from response', $$values (1::bigint, null::text, true), (2, null, true)$$,
	'log: topic_archived');
drop table response;
create temp table response as execute "sessions.create"('{1}', ids(47), array[pg_temp.topic_of(46)], '{null}', '{1}', '{null}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select outcome, topic_archived from response', $$values (null::text, true)$$, 'create: topic_archived');
drop table response;
update topics set archived_at = null where account_id = 1 and name = 'Ab';
delete from sessions where id in (id(46), id(47));

-- sessions.update: account_id, session_id, topic_id, study_date, duration_minutes, notes,
-- has_notes, if_match
create temp table was as select * from sessions where account_id = 1;
create function pg_temp.etag_of(n bigint) returns text
	language sql
	as 'select test.etag(s.updated_at) from public.sessions as s where s.account_id = 1 and s.id = test.id($1)';
create temp table response as execute "sessions.update"('{1,1,1,1,2,1,1,1}', ids(5, 999, 3, 7, 7, 20, 21, 22),
	'{11,11,99,null,21,null,13,null}', '{null,null,null,2026-07-07,null,null,null,null}', '{null,5,5,5,5,null,null,7}',
	array[null, 'x', 'x', 'x', 'x', null, null, null], '{f,t,t,f,t,t,f,f}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
	array[null, null, null, '*', null, null, null, 'x,' || etag(now() - interval '1 year')], '{}');
select results_eq('select ord, outcome, id from response', $$values (1::bigint, null, id(5)), (3, 'UNKNOWN_TOPIC', id(3)),
	(4, null, id(7)), (6, null, id(20)), (7, 'UNKNOWN_TOPIC', id(21)), (8, 'PRECONDITION_FAILED', id(22))$$,
	'update: each request has its own outcome; unknown and foreign sessions have no row');
select results_eq('select id, topic_id, tag, study_date, minutes, notes from response where outcome is null', $$values
	(id(5), 11::bigint, 'Go', '2026-05-05'::date, 30, 'n'), (id(7), 11, 'Go', '2026-07-07', 5, 'new'),
	(id(20), (select id from topics where account_id = 1 and name = 'Neu'), 'Neu', '2026-05-05', 1, null)$$,
	'update: only the given fields change; null clears the notes');
select results_eq('select s.id, s.topic_id, s.study_date, s.duration_minutes, s.notes, s.updated_at
		from sessions as s join response as a using (id) where s.account_id = 1 and a.outcome is null order by 1',
	'select id, topic_id, study_date, minutes, notes, updated_at from response where outcome is null order by 1',
	'update: the rows are as the response shows them');
select is_empty('select from response as a join was as w using (id)
	where a.updated_at <= w.updated_at and outcome is null or a.created_at <> w.created_at',
	'update: makes a later version, created_at stays');
select results_eq('select s.* from sessions as s join response as a using (id) where account_id = 1 and outcome is not null order by id',
	'select w.* from was as w join response as a using (id) where outcome is not null order by id',
	'update: a refused request changes nothing');
select columns_are('response', array['ord', 'outcome', 'id', 'topic_id', 'tag', 'study_date', 'duration_minutes',
	'minutes', 'notes', 'task_id', 'goal_id', 'skill_id', 'project_id', 'created_at', 'updated_at', 'timestamp', 'topic_archived'], 'update: the columns of a session');
drop table response;
create temp table response as execute "sessions.update"('{1,1}', ids(22, 23), '{null,null}', '{null,null}', '{null,11}',
	'{null,null}', '{f,f}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', array[pg_temp.etag_of(22), 'y , ' || pg_temp.etag_of(23)], '{}');
select results_eq('select outcome, minutes, updated_at from response',
	$$values (null::text, 4, now()), (null, 11, now() + interval '1 microsecond')$$,
	'update: if_match; without a field nothing changes');
drop table response;

-- sessions.delete: account_id, session_id, if_match
create temp table response as execute "sessions.delete"('{2,1,1,1,1}', ids(25, 25, 24, 999, 23),
	array[null, '*', 'old', null, pg_temp.etag_of(23)], '{}');
select results_eq('select ord, outcome, id, tag, minutes, deleted_at from response', $$values
	(2::bigint, null, id(25), 'Ab', 7, now()), (3, 'PRECONDITION_FAILED', id(24), 'neu', 6, null),
	(5, null, id(23), 'Gone', 11, now())$$, 'delete: existing sessions in the version of if_match');
select columns_are('response', array['ord', 'outcome', 'id', 'topic_id', 'tag', 'study_date', 'duration_minutes',
	'minutes', 'notes', 'task_id', 'goal_id', 'skill_id', 'project_id', 'created_at', 'updated_at', 'timestamp', 'deleted_at'], 'delete: returns deleted_at');
select results_eq('select id, deleted_at, updated_at from sessions where deleted_at is not null order by id',
	'select id, deleted_at, updated_at from response where outcome is null order by id', 'delete: exactly those are deleted, softly');
drop table response;
create temp table response as execute "sessions.delete"('{1,1}', ids(25, 23), '{null,null}', '{}');
select is_empty('select * from response', 'delete: a deleted session has no row');
drop table response;
create temp table response as execute "sessions.get"('{1,1}', ids(25, 24));
select results_eq('select ord, id from response', 'values (2::bigint, id(24))', 'get: a deleted session has no row');
drop table response;
create temp table response as execute "sessions.update"('{1}', ids(25), '{null}', '{null}', '{1}', '{null}', '{f}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{null}', '{}');
select is_empty('select * from response', 'update: a deleted session has no row');
drop table response;
create temp table response as execute "sessions.create"('{1}', ids(25), '{11}', '{null}', '{1}', '{null}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select outcome, id, tag, minutes, created from response', $$values ('SESSION_DELETED', id(25), 'Ab', 7, false)$$,
	'create: refuses the id of a deleted session');
drop table response;
create temp table response as execute "sessions.log"('{1,1}', ids(25, 25), '{7,7}', '{Ab,Never2}', '{2026-05-05,null}', '{g,null}', '{}', '{}', '{null,*}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select outcome from response', $$values ('SESSION_DELETED'), ('SESSION_DELETED')$$, 'log: refuses and does not replace it');
select is_empty($$select from topics where name = 'Never2'$$, 'log: creates no topic for it');
drop table response;

-- sessions.restore: account_id, session_id
update topics set deleted_at = now() where account_id = 1 and name = 'Ab';
create temp table response as execute "sessions.restore"('{1,1,1,1,2}', ids(25, 24, 999, 23, 23), '{}', '{}', '{}');
select results_eq('select ord, outcome, id, minutes from response', $$values (1::bigint, 'TOPIC_DELETED', id(25), 7),
	(2, null, id(24), 6), (4, null, id(23), 11)$$,
	'restore: needs a live topic; a session that is not deleted is returned as it is');
select results_eq('select id from sessions where account_id = 1 and deleted_at is not null', 'values (id(25))',
	'restore: exactly those are restored');
select results_eq('select a.updated_at - w.updated_at > interval ''0'' from response as a join was as w using (id)
	where outcome is null order by a.ord', 'values (false), (true)', 'restore: makes a later version');
select columns_are('response', array['ord', 'outcome', 'id', 'topic_id', 'tag', 'study_date', 'duration_minutes',
	'minutes', 'notes', 'task_id', 'goal_id', 'skill_id', 'project_id', 'created_at', 'updated_at', 'timestamp', 'topic_archived', 'replayed', 'details.topic_id', 'details.tag'], 'restore: the columns of a session');
select totals_are_right('after all statements');
select * from finish();
rollback;
