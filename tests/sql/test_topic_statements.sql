-- topics.create, .get, .update and .delete, several requests at a time.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

-- topics.create: account_id, name, description
create temp table answer as execute "topics.create"(
	'{1,1,1,2,1,1}', array['Go', 'gO', 'Rust', 'GO', 'Äther', 'äTHER'], array['first', 'second', null, 'theirs', '', null], '{}', '{}');
select results_eq('select ord, outcome, name, description from answer', $$values
	(1::bigint, null, 'Go', 'first'), (2, 'NAME_TAKEN', null, null), (3, null, 'Rust', null),
	(4, null, 'GO', 'theirs'), (5, null, 'Äther', ''), (6, 'NAME_TAKEN', null, null)$$,
	'create: of one name twice in a batch the first is made, in each account');
select columns_are('answer', array['ord', 'outcome', 'id', 'name', 'description', 'created_at', 'updated_at',
	'archived_at', 'replayed', 'details.topic_id', 'details.archived'], 'create: the columns of a topic');
select results_eq('select id, account_id, name from topics order by id',
	'select id, case ord when 4 then 2::bigint else 1 end, name from answer where outcome is null order by id',
	'create: what is answered is there');
select is_empty('select from answer where outcome is null
	and (created_at <> now() or updated_at <> now() or archived_at is not null)', 'create: new as of now');
create temp table made as select name, id, updated_at from answer where outcome is null;
drop table answer;
create temp table answer as execute "topics.create"('{1,1,1}', '{GO,Zig,RUST}', '{x,y,z}', '{}', '{}');
select results_eq('select ord, outcome, name from answer', $$values (1::bigint, 'NAME_TAKEN', null),
	(2, null, 'Zig'), (3, 'NAME_TAKEN', null)$$, 'create: names taken before');
insert into made select name, id, updated_at from answer where outcome is null;
select is((select max(id) from topics), (select count(*) + min(id) - 1 from topics), 'create: a taken name wastes no id');
drop table answer;
create temp table answer as execute "topics.create"('{}', '{}', '{}', '{}', '{}');
select is_empty('select * from answer', 'create: no request, no row');
drop table answer;

create function pg_temp.topic(name text) returns bigint
	language sql
	as 'select id from made as m where m.name = $1';
create function pg_temp.etag_of(name text) returns text
	language sql
	as 'select test.etag(updated_at) from public.topics as t where t.name = $1 and t.account_id = 1';

-- topics.get: account_id, topic_id
create temp table answer as execute "topics.get"('{2,1,1,1,2}', array[pg_temp.topic('Go'), pg_temp.topic('Zig'),
	987654321, pg_temp.topic('Go'), pg_temp.topic('GO')]);
select results_eq('select ord, outcome, name from answer', $$values (2::bigint, null::text, 'Zig'), (4, null, 'Go'),
	(5, null, 'GO')$$, 'get: a row each, none of what is unknown or another''s');
select columns_are('answer', array['ord', 'outcome', 'id', 'name', 'description', 'created_at', 'updated_at',
	'archived_at'], 'get: the columns of a topic');
drop table answer;

-- topics.update: account_id, topic_id, name, description, has_description, archived, if_match
create temp table answer as execute "topics.update"(
	'{1,1,1,2,1,1}',
	array[pg_temp.topic('Zig'), pg_temp.topic('Go'), 987654321, pg_temp.topic('Rust'), pg_temp.topic('Rust'),
		pg_temp.topic('Äther')],
	array['Zag', 'GO', 'x', 'x', 'ZAG', null], array[null, 'new', null, null, 'd', null],
	'{f,t,f,f,t,f}', array[null, true, null, null, null, null]::bool[], test.same(null::text, 6), '{}', '{}');
select results_eq('select ord, outcome from answer', $$values (1::bigint, null), (2, null),
	(5, 'NAME_TAKEN'), (6, null)$$, 'update: of two that want one name the first gets it; unknown ones have no row');
select results_eq('select name, description, archived_at from answer where outcome is null', $$values
	('Zag', 'y', null::timestamptz), ('GO', 'new', now()), ('Äther', '', null)$$,
	'update: what is named changes, the rest stays');
select results_eq('select t.name, t.description, t.archived_at, t.updated_at from topics as t join answer as a using (id)
		where a.outcome is null order by a.ord',
	'select name, description, archived_at, updated_at from answer where outcome is null',
	'update: what is answered is there');
select results_eq('select a.updated_at - m.updated_at from answer as a join made as m using (id)
		where outcome is null order by ord',
	$$values ('1 microsecond'::interval), ('1 microsecond'), ('0')$$,
	'update: a change makes a later version, even of the same instant; nothing named, no change');
select results_eq('select name, description, updated_at from topics where id = pg_temp.topic(''Rust'')',
	$$values ('Rust', null::text, now())$$, 'update: a refused one changes nothing');
drop table answer;

create temp table answer as execute "topics.update"('{1,1,1,1}',
	array[pg_temp.topic('Zig'), pg_temp.topic('Go'), pg_temp.topic('Rust'), pg_temp.topic('Äther')],
	array[null, null, 'Äther', 'Rust'], array[null, 'lost', null, null], '{t,t,f,f}', array[null, false, null, null]::bool[],
	array[
		pg_temp.etag_of('Zag'),
		etag(now() - interval '1 day'),
		'x , ' || pg_temp.etag_of('Rust') || ',y',
		'*'], '{}', '{}');
select results_eq('select ord, outcome from answer', $$values (1::bigint, null), (2, 'PRECONDITION_FAILED'),
	(3, 'NAME_TAKEN'), (4, 'NAME_TAKEN')$$, 'update: by If-Match; names that would change places are taken');
select is((select description from topics where id = pg_temp.topic('Zig')), null, 'update: nil clears a description');
select results_eq('select description, archived_at from topics where id = pg_temp.topic(''Go'')',
	$$values ('new', now())$$, 'update: a failed precondition changes nothing');
drop table answer;

-- The first of two that want one name fails by its precondition: the other gets it.
create temp table answer as execute "topics.update"('{1,1}', array[pg_temp.topic('Zig'), pg_temp.topic('Rust')],
	'{New,NEW}', '{null,null}', '{f,f}', '{null,f}', '{old,*}', '{}', '{}');
select results_eq('select ord, outcome from answer', $$values (1::bigint, 'PRECONDITION_FAILED'), (2, null)$$,
	'update: a failed precondition takes no name');
select is((select archived_at from topics where id = pg_temp.topic('Rust')), null, 'update: archived false');
drop table answer;
create temp table answer as execute "topics.update"('{1,1}', array[pg_temp.topic('Zig'), pg_temp.topic('Go')],
	array[null::text, null], '{null,null}', '{f,f}', '{t,t}', '{null,null}', '{}', '{}');
select results_eq('select archived_at from answer', $$values (now()), (now())$$, 'update: archives');
drop table answer;
update topics set archived_at = '2020-01-01' where id = pg_temp.topic('Zig');
create temp table answer as execute "topics.update"('{1,1}', array[pg_temp.topic('Zig'), pg_temp.topic('Go')],
	array[null::text, null], '{null,null}', '{f,f}', '{t,f}', '{null,null}', '{}', '{}');
select results_eq('select archived_at from answer', $$values ('2020-01-01'::timestamptz), (null)$$,
	'update: what is archived stays so as of then; unarchives');
drop table answer;

-- topics.delete: account_id, topic_id, if_match
insert into sessions (account_id, id, topic_id, study_date, duration_minutes) values
	(1, id(1), pg_temp.topic('Go'), '2026-01-01', 5),
	(1, id(2), pg_temp.topic('Äther'), '2026-01-01', 5), (1, id(3), pg_temp.topic('Äther'), '2026-01-02', 5);
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, deleted_at)
values (1, id(4), pg_temp.topic('Zig'), '2026-01-01', 5, now());
create temp table answer as execute "topics.delete"('{1,1,1,1,2,1,2}',
	array[pg_temp.topic('Äther'), pg_temp.topic('Rust'), pg_temp.topic('Go'), 987654321, pg_temp.topic('Zig'),
		pg_temp.topic('Zig'), pg_temp.topic('GO')],
	array[null, 'old', '*', null, null, '*', null], '{}');
select results_eq('select ord, outcome, id from answer', $$values
	(1::bigint, 'TOPIC_HAS_SESSIONS: the topic has 2 sessions', pg_temp.topic('Äther')),
	(2, 'PRECONDITION_FAILED', pg_temp.topic('Rust')),
	(3, 'TOPIC_HAS_SESSIONS: the topic has 1 session', pg_temp.topic('Go')),
	(6, null, pg_temp.topic('Zig')), (7, null, pg_temp.topic('GO'))$$,
	'delete: refuses with live sessions or another version; deleted sessions hold nothing');
select results_eq('select id from topics where deleted_at is not null order by id',
	'select id from answer where outcome is null order by id', 'delete: softly, those and no others');
select is_empty('select from answer as a join topics as t using (id) where t.updated_at <> a.updated_at
	or t.updated_at <= t.created_at and t.deleted_at is not null', 'delete: answers the last version');
drop table answer;
create temp table answer as execute "topics.delete"('{1}', array[pg_temp.topic('Zig')], '{null}', '{}');
select is_empty('select * from answer', 'delete: there is no second time');
drop table answer;
create temp table answer as execute "topics.get"('{1}', array[pg_temp.topic('Zig')]);
select is_empty('select * from answer', 'get: a deleted topic is none');
drop table answer;
create temp table answer as execute "topics.update"('{1}', array[pg_temp.topic('Zig')], '{Back}', '{null}', '{f}',
	'{null}', '{null}', '{}', '{}');
select is_empty('select * from answer', 'update: nor is it changed');
drop table answer;
create temp table answer as execute "topics.create"('{1,2}', '{zag,go}', '{null,null}', '{}', '{}');
select is_empty('select from answer where outcome is not null', 'create: a deleted topic''s name is free');
drop table answer;

-- Namesakes: topics.create and .update with allow_namesake, in account 3
create temp table answer as execute "topics.create"('{3,3,3,3,3}', array['aws', 'AWS', 'aws', 'Aws', U&'e\0301'], array['1', '2', '3', '4', null],
	'{}', '{t,f,t,t,f}');
select results_eq('select ord, outcome, name, description, "details.topic_id" = (select id from answer where ord = 1), "details.archived" from answer', $$values
	(1::bigint, null, 'aws', '1', null, null), (2, 'NAME_TAKEN', null, null, true, false), (3, null, 'aws', '3', null, null), (4, null, 'Aws', '4', null, null),
	(5, null, 'é', null, null, null)$$, 'create: a taken name makes a namesake where it may, and the refusal tells whose it is');
select results_eq('select t.name, t.description, t.is_namesake from topics as t join answer as a using (id) order by a.ord', $$values
	('aws', '1', false), ('aws', '3', true), ('Aws', '4', true), ('é', null, false)$$, 'create: the first one is the first');
create temp table made3 as select ord, id from answer where id is not null;
create function pg_temp.n(n bigint) returns bigint language sql as 'select id from made3 where ord = $1';
drop table answer;
update topics set archived_at = now() where id = pg_temp.n(1);
create temp table answer as execute "topics.update"('{3,3,3}', array[pg_temp.n(5), pg_temp.n(4), pg_temp.n(3)], '{AWS,GCP,AWS}',
	'{}', '{f,f,f}', '{}', '{}', '{}', '{f,f,t}');
select results_eq('select ord, outcome, name, "details.topic_id", "details.archived" from answer', $$values
	(1::bigint, format('NAME_TAKEN: an archived topic has this name: its id is %s', pg_temp.n(1)), 'AWS', pg_temp.n(1), true),
	(2, null, 'GCP', null, null), (3, null, 'AWS', null, null)$$, 'update: the refusal tells that the topic is archived; a namesake may go');
select results_eq('select is_namesake from topics where id in (pg_temp.n(3), pg_temp.n(4)) order by id', 'values (true), (false)',
	'update: a free name makes a first topic of a namesake');
drop table answer;
create temp table answer as execute "topics.delete"('{3}', array[pg_temp.n(1)], '{}', '{}');
drop table answer;
create temp table answer as execute "topics.create"('{3}', '{aWS}', '{}', '{}', '{}');
select results_eq('select outcome, "details.topic_id" from answer', 'select ''NAME_TAKEN''::text, pg_temp.n(3)', 'create: a name is taken while any topic has it');
drop table answer;

-- topics.restore: account_id, topic_id, allow_namesake, with_sessions, idempotency_key, if_match, if_none_match
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, deleted_at)
values (3, id(31), pg_temp.n(1), '2026-01-01', 5, now()), (3, id(32), pg_temp.n(1), '2026-01-02', 7, now());
create temp table answer as execute "topics.restore"('{3,3,3,1}', array[pg_temp.n(1), pg_temp.n(4), 987654321, pg_temp.n(1)], '{}', '{t,t,t,t}', '{}', '{}', '{}');
select results_eq('select ord, outcome, id, name, "details.topic_id", "details.archived" from answer', $$values
	(1::bigint, 'NAME_TAKEN', pg_temp.n(1), 'aws', pg_temp.n(3), false), (2, null, pg_temp.n(4), 'GCP', null, null)$$,
	'restore: not where the name is taken; one that is not deleted is answered as it is');
drop table answer;
create temp table answer as execute "topics.restore"('{3}', array[pg_temp.n(1)], '{t}', '{f}', '{r}', '{old}', '{}');
select results_eq('select outcome from answer', $$values ('PRECONDITION_FAILED')$$, 'restore: by if_match');
drop table answer;
create temp table answer as execute "topics.restore"('{3}', array[pg_temp.n(1)], '{t}', '{t}', '{r}', '{}', '{}');
select results_eq('select outcome, id, archived_at is not null, replayed from answer', 'select null::text, pg_temp.n(1), true, false', 'restore: as a namesake');
select results_eq('select id from sessions where account_id = 3 and deleted_at is null order by id', 'values (id(31)), (id(32))', 'restore: with its sessions');
select totals_are_right('after a restore with sessions');
drop table answer;
create temp table answer as execute "topics.restore"('{3}', array[pg_temp.n(1)], '{t}', '{t}', '{r}', '{}', '{}');
select results_eq('select outcome, id, replayed from answer', 'select null::text, pg_temp.n(1), true', 'restore: a known key');
drop table answer;

-- topics.merge: account_id, topic_id, into, if_match, if_none_match
update sessions set deleted_at = now() where account_id = 3 and id = id(32);
create temp table answer as execute "topics.merge"('{3,3,3}', array[pg_temp.n(4), 987654321, pg_temp.n(5)],
	array[987654322, pg_temp.n(1), pg_temp.n(1)], '{null,null,old}', '{}');
select results_eq('select ord, outcome from answer', $$values (1::bigint, 'UNKNOWN_TOPIC into: into names no topic'), (3, 'PRECONDITION_FAILED')$$,
	'merge: not into what is not there; in the named version');
drop table answer;
create temp table answer as execute "topics.merge"('{3}', array[pg_temp.n(1)], array[pg_temp.n(1)], '{}', '{}');
select results_eq('select outcome from answer', $$values ('INVALID_INPUT into: a topic cannot be merged into itself')$$, 'merge: not into itself');
drop table answer;
select refuses('merge: a chain runs one by one', '40001', format('execute "topics.merge"(%L, %L, %L, %L, %L)', '{3,3}',
	array[pg_temp.n(1), pg_temp.n(3)], array[pg_temp.n(3), pg_temp.n(4)], '{}', '{}'));
create temp table answer as execute "topics.merge"('{3,3}', array[pg_temp.n(1), pg_temp.n(3)], array[pg_temp.n(4), pg_temp.n(4)], '{}', '{}');
select results_eq('select ord, outcome, id, name from answer', 'values (1::bigint, null::text, pg_temp.n(4), ''GCP''), (2, null, pg_temp.n(4), ''GCP'')',
	'merge: answers the topic that took the sessions');
select results_eq('select id, topic_id, deleted_at is null from sessions where account_id = 3 order by id',
	'values (id(31), pg_temp.n(4), true), (id(32), pg_temp.n(4), false)', 'merge: deleted sessions move, too');
select results_eq('select id, merged_into from topics where account_id = 3 and deleted_at is not null order by id',
	'values (pg_temp.n(1), pg_temp.n(4)), (pg_temp.n(3), pg_temp.n(4))', 'merge: what is merged is deleted');
select totals_are_right('after a merge');
drop table answer;
create temp table answer as execute "topics.merge"('{3,3}', array[pg_temp.n(1), pg_temp.n(3)], array[pg_temp.n(4), pg_temp.n(5)], '{}', '{}');
select results_eq('select ord, outcome, id from answer', 'values (1::bigint, null::text, pg_temp.n(4))', 'merge: a repeated one finds itself done');
drop table answer;
create temp table answer as execute "topics.restore"('{3}', array[pg_temp.n(1)], '{}', '{t}', '{}', '{}', '{}');
select results_eq('select outcome, id from answer', 'values (null::text, pg_temp.n(1))', 'restore: a merged topic comes back');
select results_eq('select merged_into, is_namesake from topics where id = pg_temp.n(1)', 'values (null::bigint, false)', 'restore: without what it gave away');
select totals_are_right('after all statements');
select * from finish();
rollback;
