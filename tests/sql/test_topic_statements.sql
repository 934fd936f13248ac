-- topics.create, .get, .update and .delete, several requests at a time.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

-- topics.create: account_id, name, description
create temp table response as execute "topics.create"(
	'{1,1,1,2,1,1}', array['Go', 'gO', 'Rust', 'GO', 'Äther', 'äTHER'], array['first', 'second', null, 'theirs', '', null], '{}', '{}');
select results_eq('select ord, outcome, name, description from response', $$values
	(1::bigint, null, 'Go', 'first'), (2, 'NAME_TAKEN', null, null), (3, null, 'Rust', null),
	(4, null, 'GO', 'theirs'), (5, null, 'Äther', ''), (6, 'NAME_TAKEN', null, null)$$,
	'create: of two equal names in a batch, the first is created, in each account');
select columns_are('response', array['ord', 'outcome', 'id', 'name', 'description', 'created_at', 'updated_at',
	'archived_at', 'replayed', 'details.topic_id', 'details.archived'], 'create: the columns of a topic');
select results_eq('select id, account_id, name from topics order by id',
	'select id, case ord when 4 then 2::bigint else 1 end, name from response where outcome is null order by id',
	'create: the returned topics exist');
select is_empty('select from response where outcome is null
	and (created_at <> now() or updated_at <> now() or archived_at is not null)', 'create: created_at and updated_at are now');
create temp table made as select name, id, updated_at from response where outcome is null;
drop table response;
create temp table response as execute "topics.create"('{1,1,1}', '{GO,Zig,RUST}', '{x,y,z}', '{}', '{}');
select results_eq('select ord, outcome, name from response', $$values (1::bigint, 'NAME_TAKEN', null),
	(2, null, 'Zig'), (3, 'NAME_TAKEN', null)$$, 'create: refuses taken names');
insert into made select name, id, updated_at from response where outcome is null;
select is((select max(id) from topics), (select count(*) + min(id) - 1 from topics), 'create: a taken name uses up no id');
drop table response;
create temp table response as execute "topics.create"('{}', '{}', '{}', '{}', '{}');
select is_empty('select * from response', 'create: no request, no row');
drop table response;

create function pg_temp.topic(name text) returns bigint
	language sql
	as 'select id from made as m where m.name = $1';
create function pg_temp.etag_of(name text) returns text
	language sql
	as 'select test.etag(updated_at) from public.topics as t where t.name = $1 and t.account_id = 1';

-- topics.get: account_id, topic_id
create temp table response as execute "topics.get"('{2,1,1,1,2}', array[pg_temp.topic('Go'), pg_temp.topic('Zig'),
	987654321, pg_temp.topic('Go'), pg_temp.topic('GO')]);
select results_eq('select ord, outcome, name from response', $$values (2::bigint, null::text, 'Zig'), (4, null, 'Go'),
	(5, null, 'GO')$$, 'get: one row per topic, none for an unknown or foreign one');
select columns_are('response', array['ord', 'outcome', 'id', 'name', 'description', 'created_at', 'updated_at',
	'archived_at'], 'get: the columns of a topic');
drop table response;

-- topics.update: account_id, topic_id, name, description, has_description, archived, if_match
create temp table response as execute "topics.update"(
	'{1,1,1,2,1,1}',
	array[pg_temp.topic('Zig'), pg_temp.topic('Go'), 987654321, pg_temp.topic('Rust'), pg_temp.topic('Rust'),
		pg_temp.topic('Äther')],
	array['Zag', 'GO', 'x', 'x', 'ZAG', null], array[null, 'new', null, null, 'd', null],
	'{f,t,f,f,t,f}', array[null, true, null, null, null, null]::bool[], test.same(null::text, 6), '{}', '{}');
select results_eq('select ord, outcome from response', $$values (1::bigint, null), (2, null),
	(5, 'NAME_TAKEN'), (6, null)$$, 'update: of two requests with the same name, the first gets it; unknown topics have no row');
select results_eq('select name, description, archived_at from response where outcome is null', $$values
	('Zag', 'y', null::timestamptz), ('GO', 'new', now()), ('Äther', '', null)$$,
	'update: only the given fields change');
select results_eq('select t.name, t.description, t.archived_at, t.updated_at from topics as t join response as a using (id)
		where a.outcome is null order by a.ord',
	'select name, description, archived_at, updated_at from response where outcome is null',
	'update: the rows are as the response shows them');
select results_eq('select a.updated_at - m.updated_at from response as a join made as m using (id)
		where outcome is null order by ord',
	$$values ('1 microsecond'::interval), ('1 microsecond'), ('0')$$,
	'update: a change makes a later version, even at the same instant; without a field nothing changes');
select results_eq('select name, description, updated_at from topics where id = pg_temp.topic(''Rust'')',
	$$values ('Rust', null::text, now())$$, 'update: a refused request changes nothing');
drop table response;

create temp table response as execute "topics.update"('{1,1,1,1}',
	array[pg_temp.topic('Zig'), pg_temp.topic('Go'), pg_temp.topic('Rust'), pg_temp.topic('Äther')],
	array[null, null, 'Äther', 'Rust'], array[null, 'lost', null, null], '{t,t,f,f}', array[null, false, null, null]::bool[],
	array[
		pg_temp.etag_of('Zag'),
		etag(now() - interval '1 day'),
		'x , ' || pg_temp.etag_of('Rust') || ',y',
		'*'], '{}', '{}');
select results_eq('select ord, outcome from response', $$values (1::bigint, null), (2, 'PRECONDITION_FAILED'),
	(3, 'NAME_TAKEN'), (4, 'NAME_TAKEN')$$, 'update: if_match; two topics cannot swap their names');
select is((select description from topics where id = pg_temp.topic('Zig')), null, 'update: null clears a description');
select results_eq('select description, archived_at from topics where id = pg_temp.topic(''Go'')',
	$$values ('new', now())$$, 'update: a failed precondition changes nothing');
drop table response;

-- Two requests have the same name; the first fails by its precondition, so the other gets the name.
create temp table response as execute "topics.update"('{1,1}', array[pg_temp.topic('Zig'), pg_temp.topic('Rust')],
	'{New,NEW}', '{null,null}', '{f,f}', '{null,f}', '{old,*}', '{}', '{}');
select results_eq('select ord, outcome from response', $$values (1::bigint, 'PRECONDITION_FAILED'), (2, null)$$,
	'update: a request with a failed precondition takes no name');
select is((select archived_at from topics where id = pg_temp.topic('Rust')), null, 'update: archived false');
drop table response;
create temp table response as execute "topics.update"('{1,1}', array[pg_temp.topic('Zig'), pg_temp.topic('Go')],
	array[null::text, null], '{null,null}', '{f,f}', '{t,t}', '{null,null}', '{}', '{}');
select results_eq('select archived_at from response', $$values (now()), (now())$$, 'update: archives');
drop table response;
update topics set archived_at = '2020-01-01' where id = pg_temp.topic('Zig');
create temp table response as execute "topics.update"('{1,1}', array[pg_temp.topic('Zig'), pg_temp.topic('Go')],
	array[null::text, null], '{null,null}', '{f,f}', '{t,f}', '{null,null}', '{}', '{}');
select results_eq('select archived_at from response', $$values ('2020-01-01'::timestamptz), (null)$$,
	'update: archived_at stays if the topic is archived already; unarchives');
drop table response;

-- topics.delete: account_id, topic_id, if_match
insert into sessions (account_id, id, topic_id, study_date, duration_minutes) values
	(1, id(1), pg_temp.topic('Go'), '2026-01-01', 5),
	(1, id(2), pg_temp.topic('Äther'), '2026-01-01', 5), (1, id(3), pg_temp.topic('Äther'), '2026-01-02', 5);
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, deleted_at)
values (1, id(4), pg_temp.topic('Zig'), '2026-01-01', 5, now());
create temp table response as execute "topics.delete"('{1,1,1,1,2,1,2}',
	array[pg_temp.topic('Äther'), pg_temp.topic('Rust'), pg_temp.topic('Go'), 987654321, pg_temp.topic('Zig'),
		pg_temp.topic('Zig'), pg_temp.topic('GO')],
	array[null, 'old', '*', null, null, '*', null], '{}');
select results_eq('select ord, outcome, id from response', $$values
	(1::bigint, 'TOPIC_HAS_SESSIONS: the topic has 2 sessions', pg_temp.topic('Äther')),
	(2, 'PRECONDITION_FAILED', pg_temp.topic('Rust')),
	(3, 'TOPIC_HAS_SESSIONS: the topic has 1 session', pg_temp.topic('Go')),
	(6, null, pg_temp.topic('Zig')), (7, null, pg_temp.topic('GO'))$$,
	'delete: refuses live sessions and another version, but not deleted sessions');
select results_eq('select id from topics where deleted_at is not null order by id',
	'select id from response where outcome is null order by id', 'delete: exactly those are deleted, softly');
select is_empty('select from response as a join topics as t using (id) where t.updated_at <> a.updated_at
	or t.updated_at <= t.created_at and t.deleted_at is not null', 'delete: returns the last version');
drop table response;
create temp table response as execute "topics.delete"('{1}', array[pg_temp.topic('Zig')], '{null}', '{}');
select is_empty('select * from response', 'delete: a deleted topic has no row');
drop table response;
create temp table response as execute "topics.get"('{1}', array[pg_temp.topic('Zig')]);
select is_empty('select * from response', 'get: a deleted topic has no row');
drop table response;
create temp table response as execute "topics.update"('{1}', array[pg_temp.topic('Zig')], '{Back}', '{null}', '{f}',
	'{null}', '{null}', '{}', '{}');
select is_empty('select * from response', 'update: a deleted topic has no row');
drop table response;
create temp table response as execute "topics.create"('{1,2}', '{zag,go}', '{null,null}', '{}', '{}');
select is_empty('select from response where outcome is not null', 'create: the name of a deleted topic is free');
drop table response;

-- Namesakes: topics.create and .update with allow_namesake, in account 3
create temp table response as execute "topics.create"('{3,3,3,3,3}', array['aws', 'AWS', 'aws', 'Aws', U&'e\0301'], array['1', '2', '3', '4', null],
	'{}', '{t,f,t,t,f}');
select results_eq('select ord, outcome, name, description, "details.topic_id" = (select id from response where ord = 1), "details.archived" from response', $$values
	(1::bigint, null, 'aws', '1', null, null), (2, 'NAME_TAKEN', null, null, true, false), (3, null, 'aws', '3', null, null), (4, null, 'Aws', '4', null, null),
	(5, null, 'é', null, null, null)$$, 'create: a taken name makes a namesake if allowed; otherwise the outcome names its topic');
select results_eq('select t.name, t.description, t.is_namesake from topics as t join response as a using (id) order by a.ord', $$values
	('aws', '1', false), ('aws', '3', true), ('Aws', '4', true), ('é', null, false)$$, 'create: the first topic is not a namesake');
create temp table made3 as select ord, id from response where id is not null;
create function pg_temp.n(n bigint) returns bigint language sql as 'select id from made3 where ord = $1';
drop table response;
update topics set archived_at = now() where id = pg_temp.n(1);
create temp table response as execute "topics.update"('{3,3,3}', array[pg_temp.n(5), pg_temp.n(4), pg_temp.n(3)], '{AWS,GCP,AWS}',
	'{}', '{f,f,f}', '{}', '{}', '{}', '{f,f,t}');
select results_eq('select ord, outcome, name, "details.topic_id", "details.archived" from response', $$values
	(1::bigint, format('NAME_TAKEN: an archived topic has this name: its id is %s', pg_temp.n(1)), 'AWS', pg_temp.n(1), true),
	(2, null, 'GCP', null, null), (3, null, 'AWS', null, null)$$, 'update: the outcome shows that the topic is archived; a namesake may be renamed');
select results_eq('select is_namesake from topics where id in (pg_temp.n(3), pg_temp.n(4)) order by id', 'values (true), (false)',
	'update: a namesake with a free name becomes a first topic');
drop table response;
create temp table response as execute "topics.delete"('{3}', array[pg_temp.n(1)], '{}', '{}');
drop table response;
create temp table response as execute "topics.create"('{3}', '{aWS}', '{}', '{}', '{}');
select results_eq('select outcome, "details.topic_id" from response', 'select ''NAME_TAKEN''::text, pg_temp.n(3)', 'create: a name is taken as long as a topic has it');
drop table response;

-- topics.restore: account_id, topic_id, allow_namesake, with_sessions, idempotency_key, if_match,
-- if_none_match
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, deleted_at)
values (3, id(31), pg_temp.n(1), '2026-01-01', 5, now()), (3, id(32), pg_temp.n(1), '2026-01-02', 7, now());
create temp table response as execute "topics.restore"('{3,3,3,1}', array[pg_temp.n(1), pg_temp.n(4), 987654321, pg_temp.n(1)], '{}', '{t,t,t,t}', '{}', '{}', '{}');
select results_eq('select ord, outcome, id, name, "details.topic_id", "details.archived" from response', $$values
	(1::bigint, 'NAME_TAKEN', pg_temp.n(1), 'aws', pg_temp.n(3), false), (2, null, pg_temp.n(4), 'GCP', null, null)$$,
	'restore: refuses a taken name; a topic that is not deleted is returned as it is');
drop table response;
create temp table response as execute "topics.restore"('{3}', array[pg_temp.n(1)], '{t}', '{f}', '{r}', '{old}', '{}');
select results_eq('select outcome from response', $$values ('PRECONDITION_FAILED')$$, 'restore: if_match');
drop table response;
create temp table response as execute "topics.restore"('{3}', array[pg_temp.n(1)], '{t}', '{t}', '{r}', '{}', '{}');
select results_eq('select outcome, id, archived_at is not null, replayed from response', 'select null::text, pg_temp.n(1), true, false', 'restore: as a namesake');
select results_eq('select id from sessions where account_id = 3 and deleted_at is null order by id', 'values (id(31)), (id(32))', 'restore: with its sessions');
select totals_are_right('after a restore with sessions');
drop table response;
create temp table response as execute "topics.restore"('{3}', array[pg_temp.n(1)], '{t}', '{t}', '{r}', '{}', '{}');
select results_eq('select outcome, id, replayed from response', 'select null::text, pg_temp.n(1), true', 'restore: a used key');
drop table response;

-- topics.merge: account_id, topic_id, into, if_match, if_none_match
update sessions set deleted_at = now() where account_id = 3 and id = id(32);
create temp table response as execute "topics.merge"('{3,3,3}', array[pg_temp.n(4), 987654321, pg_temp.n(5)],
	array[987654322, pg_temp.n(1), pg_temp.n(1)], '{null,null,old}', '{}');
select results_eq('select ord, outcome from response', $$values (1::bigint, 'UNKNOWN_TOPIC into: into names no topic'), (3, 'PRECONDITION_FAILED')$$,
	'merge: refuses an unknown topic and another version');
drop table response;
create temp table response as execute "topics.merge"('{3}', array[pg_temp.n(1)], array[pg_temp.n(1)], '{}', '{}');
select results_eq('select outcome from response', $$values ('INVALID_INPUT into: a topic cannot be merged into itself')$$, 'merge: refuses the topic itself');
drop table response;
select refuses('merge: a chain runs one by one', '40001', format('execute "topics.merge"(%L, %L, %L, %L, %L)', '{3,3}',
	array[pg_temp.n(1), pg_temp.n(3)], array[pg_temp.n(3), pg_temp.n(4)], '{}', '{}'));
create temp table response as execute "topics.merge"('{3,3}', array[pg_temp.n(1), pg_temp.n(3)], array[pg_temp.n(4), pg_temp.n(4)], '{}', '{}');
select results_eq('select ord, outcome, id, name from response', 'values (1::bigint, null::text, pg_temp.n(4), ''GCP''), (2, null, pg_temp.n(4), ''GCP'')',
	'merge: returns the topic that has the sessions now');
select results_eq('select id, topic_id, deleted_at is null from sessions where account_id = 3 order by id',
	'values (id(31), pg_temp.n(4), true), (id(32), pg_temp.n(4), false)', 'merge: deleted sessions move, too');
select results_eq('select id, merged_into from topics where account_id = 3 and deleted_at is not null order by id',
	'values (pg_temp.n(1), pg_temp.n(4)), (pg_temp.n(3), pg_temp.n(4))', 'merge: the merged topic is deleted');
select totals_are_right('after a merge');
drop table response;
create temp table response as execute "topics.merge"('{3,3}', array[pg_temp.n(1), pg_temp.n(3)], array[pg_temp.n(4), pg_temp.n(5)], '{}', '{}');
select results_eq('select ord, outcome, id from response', 'values (1::bigint, null::text, pg_temp.n(4))', 'merge: a repeated request changes nothing');
drop table response;
create temp table response as execute "topics.restore"('{3}', array[pg_temp.n(1)], '{}', '{t}', '{}', '{}', '{}');
select results_eq('select outcome, id from response', 'values (null::text, pg_temp.n(1))', 'restore: a merged topic is restored');
select results_eq('select merged_into, is_namesake from topics where id = pg_temp.n(1)', 'values (null::bigint, false)', 'restore: without the sessions that were moved');
select totals_are_right('after all statements');
select * from finish();
rollback;
