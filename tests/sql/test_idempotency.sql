-- Idempotency keys: topics.create, sessions.create, .log and .restore, several requests at a time.
\getenv prepare_all PREPARE_ALL
begin;
\i :prepare_all
select no_plan();
insert into topics (account_id, id, name) overriding system value values (1, 11, 'Go'), (2, 21, 'Rust');

-- topics.create
create temp table first as execute "topics.create"(
	'{1,1,2,1}', '{One,Two,One,Go}', '{a,null,b,null}', '{k1,null,k1,k2}', '{}');
select results_eq('select ord, outcome, name, replayed from first', $$values
	(1::bigint, null, 'One', false), (2, null, 'Two', false), (3, null, 'One', false), (4, 'NAME_TAKEN', null, false)$$,
	'topics: a key belongs to one account');
select results_eq('select account_id, key collate "default" from idempotency_keys order by 1', $$values (1::bigint, 'k1'), (2, 'k1')$$,
	'topics: a refused request stores no key');
update topics set name = 'renamed', updated_at = now() + interval '1 day' where account_id = 1 and name = 'One';
create temp table response as execute "topics.create"('{1,2,1,1}', '{One,One,Other,Three}', '{a,b,a,null}', '{k1,k1,k1,k2}', '{}');
select results_eq('select ord, outcome, replayed from response', $$values
	(1::bigint, null, true), (2, null, true), (3, 'IDEMPOTENCY_KEY_REUSED', true), (4, null, false)$$,
	'topics: the same request gets the stored response, another one is refused');
select results_eq('select id, name, description, created_at, updated_at, archived_at from response where ord < 3 order by ord',
	'select id, name, description, created_at, updated_at, archived_at from first where ord in (1, 3) order by ord',
	'topics: the stored response is exact, even if the topic has changed');
drop table first, response;

-- sessions.create: the generated id is not part of the fingerprint
create temp table first as execute "sessions.create"('{1,1,2}', ids(1, 2, 1), '{11,99,21}', '{null,null,2026-01-01}',
	'{25,25,30}', '{note,null,ü}', '{}', '{s1,s2,s1}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, id, created, replayed from first', $$values (1::bigint, null, id(1), true, false),
	(2, 'UNKNOWN_TOPIC', null, false, false), (3, null, id(1), true, false)$$, 'create: new keys');
create temp table response as execute "sessions.create"('{1,1,2,1}', ids(3, 4, 5, 6), '{11,11,21,11}',
	'{null,null,2026-01-01,null}', '{25,25,30,26}', '{note,null,ü,note}', '{}', '{s1,s2,s1,s1}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, created, replayed from response', $$values (1::bigint, null, false, true),
	(2, null, true, false), (3, null, false, true), (4, 'IDEMPOTENCY_KEY_REUSED', false, true)$$, 'create: used keys');
select results_eq(
	'select id, topic_id, tag, study_date, duration_minutes, minutes, notes, created_at, updated_at, "timestamp" from response where ord in (1, 3) order by ord',
	'select id, topic_id, tag, study_date, duration_minutes, minutes, notes, created_at, updated_at, "timestamp" from first where ord in (1, 3) order by ord',
	'create: the response is the stored one');
select is((select count(*) from sessions), 3::bigint, 'create: no session is created twice');
drop table first, response;

-- sessions.log and .restore, and a key that another method has used
create temp table first as execute "sessions.log"('{1}', ids(10), '{5}', '{New}', '{null}', '{null}', '{}', '{l1}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
create temp table response as execute "sessions.log"('{1,1,1,1}', ids(11, 12, 13, 14), '{5,6,5,5}', '{New,New,Never,Never}', '{null,null,null}',
	'{null,null,null,null}', '{}', '{l1,l1,s1,k1}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, replayed from response', $$values (1::bigint, null, true),
	(2, 'IDEMPOTENCY_KEY_REUSED', true), (3, 'IDEMPOTENCY_KEY_REUSED', true), (4, 'IDEMPOTENCY_KEY_REUSED', true)$$,
	'log: used keys');
select is((select id from response where ord = 1), id(10), 'log: the id of the first request');
select is_empty($$select from topics where name = 'Never'$$, 'log: a refused request creates no topic');
drop table first, response;
update sessions set deleted_at = now() where account_id = 1 and id = id(10);
create temp table first as execute "sessions.restore"('{1}', ids(10), '{r1}', '{}', '{}');
update sessions set deleted_at = now() where account_id = 1 and id = id(10);
create temp table response as execute "sessions.restore"('{1,1}', ids(10, 1), '{r1,r1}', '{}', '{}');
select results_eq('select ord, outcome, replayed from response', $$values (1::bigint, null, true), (2, 'IDEMPOTENCY_KEY_REUSED', true)$$,
	'restore: used keys');
select is((select deleted_at is null from sessions where account_id = 1 and id = id(10)), false, 'restore: a replay restores nothing');
drop table first, response;

-- Expiry
update idempotency_keys set created_at = now() - interval '24 hours 1 second' where account_id = 1 and key in ('s1', 's2', 'l1');
create temp table response as execute "sessions.create"('{1}', ids(20), '{11}', '{null}', '{30}', '{null}', '{}', '{s1}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select outcome, id, replayed from response', $$values (null::text, id(20), false)$$, 'an expired key is free');
drop table response;
create temp table response as execute "sessions.create"('{1}', ids(21), '{11}', '{null}', '{30}', '{null}', '{}', '{n1}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select key collate "default" from idempotency_keys where account_id = 1 order by 1',
	$$values ('k1'), ('k2'), ('n1'), ('r1'), ('s1')$$, 'a new key deletes two expired ones');
drop table response;
select throws_ok($$select is_idempotency_key_over(now())$$, '23505', null, 'a live key is not replaced');
select totals_are_right('after all statements');
-- keys.purge: expired keys of all accounts, the oldest first, a thousand at a time.
delete from idempotency_keys;
alter table idempotency_keys disable trigger purge_idempotency_keys;
insert into idempotency_keys (account_id, key, fingerprint, answer, created_at)
select 1 + n % 3, 'old ' || n, ''::bytea, '{}'::jsonb, now() - interval '24 hours' - n * interval '1 second'
from generate_series(1, 1200) as n
union all
select 2, 'live', ''::bytea, '{}'::jsonb, now() - interval '23 hours';
alter table idempotency_keys enable trigger purge_idempotency_keys;
create temp table first as execute "keys.purge"('{1}');
select results_eq('select outcome, deleted from first', 'values (null::text, 1000::bigint)', 'purge: at most 1,000 at a time');
select results_eq($$select min(substr(key, 5)::int), max(substr(key, 5)::int), count(distinct account_id)
	from idempotency_keys where key <> 'live'$$, 'values (1, 200, 3::bigint)', 'purge: the oldest, of all accounts');
drop table first;
create temp table first as execute "keys.purge"('{1,1}');
select results_eq('select key collate "default" from idempotency_keys', $$values ('live')$$, 'purge: a live key stays');
drop table first;

select * from finish();
rollback;
