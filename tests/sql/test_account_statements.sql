-- account.*, time zones and the day it is for an account.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

-- Names of zones: those of pg_timezone_names, but nothing else that PostgreSQL accepts as a zone.
select is_empty('select name from pg_timezone_names where not is_time_zone(name)', 'every name of pg_timezone_names is a zone');
select is_empty(format('select zone from unnest(%L::text[]) as zone where is_time_zone(zone)', array['', ' ', 'Europe/Berln',
	'UTC-3', 'UTC+3', '<+03>-3', 'Europe/Berlin5', 'EST5', 'CEST', 'PDT', 'BST', 'Etc/GMT+13', 'Etc/GMT-15', 'Etc/GMT+99',
	'+03:00', '3', 'Europe/', '/Europe/Berlin', 'Europe/Berlin ', E'UTC\n', '../UTC', 'Europe', 'DEFAULT', 'right/UTC',
	'europe/berlin', 'EUROPE/BERLIN', 'etc/utc']),
	'no other text is a zone');
select is(current_setting('TimeZone'), 'UTC', 'is_time_zone does not change the zone of the connection') from is_time_zone('Europe/Berlin');

-- local_time follows the zone's file. "at time zone" ignores summer time in some zones.
create function pg_temp.clocks(zone text, instant timestamptz) returns timestamp
	language plpgsql as $$
begin
	perform set_config('TimeZone', zone, true);
	return instant::timestamp;
end
$$;
create temp table clocks as
select name, instant, pg_temp.clocks(name, instant) as shown
from pg_timezone_names, unnest(array['2026-01-15 12:00Z', '2026-07-15 12:00Z']::timestamptz[]) as instant;
set local TimeZone = 'UTC';
select is_empty('select name, instant, shown, local_time(instant, name) from clocks where local_time(instant, name) <> shown',
	'local_time of every zone, in winter and summer');
select is(local_time('2026-07-15 12:00Z', 'CET'), '2026-07-15 14:00', 'CET has summer time');

-- account_today
set local TimeZone = 'CET';
select is(account_today(null, '00:00'), now()::timestamp::date, 'today of an account without a zone is today in the zone of the connection');
select is(account_today('Pacific/Kiritimati', '00:00'), (now() at time zone 'Pacific/Kiritimati')::date, 'today in the zone of the account');
select is(account_today(null, '23:59'), (now()::timestamp - interval '23:59')::date, 'the day starts later');
set local TimeZone = 'Europe/Berlin';

-- account.get
update accounts set name = 'Ana', time_zone = null, week_start = 1, day_starts_at = '23:59:59.9' where account_id = 1;
update accounts set time_zone = 'CET', week_start = 7 where account_id = 2;
create temp table response as execute "account.get"('{2,9999,1}');
select results_eq('select ord, outcome, id, name, time_zone, effective_time_zone, week_start, day_starts_at from response', $$values
	(1::bigint, null::text, 2::bigint, 'second', 'CET', 'CET', 7, '00:00'::time),
	(3, null, 1, 'Ana', null, 'Europe/Berlin', 1, '23:59:59.9')$$, 'get: each request gets its account; an unknown account has no row');
drop table response;

-- account.update: account_id, name, time_zone, has_time_zone, week_start, day_starts_at,
-- if_match, if_none_match, username, email, has_email
create temp table response as execute "account.update"('{1,2,3,9999}', '{null,New,null,x}', '{Asia/Kathmandu,null,null,null}', '{t,t,f,f}',
	'{null,3,null,1}', '{04:00,null,null,null}', '{null,null,null,null}',
	'{null,null,null,null}', '{}', '{}', '{}');
select results_eq('select ord, outcome, id, name, time_zone, effective_time_zone, week_start, day_starts_at from response', $$values
	(1::bigint, null::text, 1::bigint, 'Ana', 'Asia/Kathmandu', 'Asia/Kathmandu', 1, '04:00'::time),
	(2, null, 2, 'New', null, 'Europe/Berlin', 3, '00:00'), (3, null, 3, 'empty', null, 'Europe/Berlin', 1, '00:00')$$,
	'update: changes the given fields; null clears the zone');
select results_eq('select name, time_zone, week_start::int, day_starts_at from accounts where account_id < 4 order by account_id', $$values
	('Ana', 'Asia/Kathmandu', 1, '04:00'::time), ('New', null, 3, '00:00'), ('empty', null, 1, '00:00')$$, 'update: the rows are as the response shows them');
select ok((select bool_and(r.updated_at = a.updated_at) from response as r join accounts as a on a.account_id = r.id), 'update: returns the new version');
select is((select updated_at from accounts where account_id = 3), (select created_at from accounts where account_id = 3),
	'update: without a field the version stays');
drop table response;
create temp table version as select updated_at from accounts where account_id = 1;
create temp table response as execute "account.update"('{1}', '{null}', '{UTC-3}', '{t}', '{2}', '{null}', '{null}', '{null}', '{}', '{}', '{}');
select is((select outcome from response), 'UNKNOWN_TIME_ZONE', 'update: refuses a zone that is not a name');
drop table response;
create temp table response as execute "account.update"('{1}', '{x}', '{null}', '{f}', '{null}', '{null}', '{2000-01-01T00:00:00.000000Z}', '{null}', '{}', '{}', '{}');
select is((select outcome from response), 'PRECONDITION_FAILED', 'update: refuses another version');
drop table response;
create temp table response as execute "account.update"('{1}', '{x}', '{null}', '{f}', '{null}', '{null}', '{null}', '{*}', '{}', '{}', '{}');
select is((select outcome from response), 'PRECONDITION_FAILED', 'update: refuses the version of if_none_match');
drop table response;
select is((select week_start::int from accounts where account_id = 1), 1, 'update: a refused request changes nothing');
select format('{%s}', etag(updated_at)) as etags from version \gset
create temp table response as execute "account.update"('{1}', '{Ana B.}', '{null}', '{f}', '{null}', '{null}', :'etags', '{null}', '{}', '{}', '{}');
select is((select name from response where outcome is null), 'Ana B.', 'update: accepts the version of if_match');
select cmp_ok((select updated_at from response), '>', (select updated_at from version), 'update: makes a new version');
drop table response;

-- Names: unique without case; they are stored in NFC.
create function pg_temp.outcome(request jsonb) returns text
	language sql volatile as $$select outcome from answers('account.update', request)$$;
create temp table response as
select * from answers('account.update', '{"account_id": 2, "username": "Ada", "email": "Ada@example.org"}',
	'{"account_id": 3, "username": "ADA"}', '{"account_id": 1, "email": "ada@EXAMPLE.org"}');
select results_eq('select ord, outcome from response', $$values (1::bigint, null), (2, 'USERNAME_TAKEN'), (3, 'EMAIL_TAKEN')$$,
	'update: the first request of a batch gets a name');
select ok(answer @> '{"username": "Ada", "email": "Ada@example.org", "role": "learner", "status": "active"}', 'update: returns the names')
from response where ord = 1;
drop table response;
select is(pg_temp.outcome('{"account_id": 3, "username": "aDa"}'), 'USERNAME_TAKEN', 'update: the username of another account');
select is(pg_temp.outcome('{"account_id": 3, "email": "ADA@EXAMPLE.ORG"}'), 'EMAIL_TAKEN', 'update: the e-mail of another account');
select is(pg_temp.outcome('{"account_id": 2, "username": "ADA", "email": "ada@example.org"}'), null, 'update: its own names in another case');
select is(pg_temp.outcome('{"account_id": 3, "username": "Straße", "email": "u\u0308@localhost"}'), null, 'update: names in Unicode');
select is(pg_temp.outcome('{"account_id": 2, "username": "STRASSE"}'), 'USERNAME_TAKEN', 'update: case is that of Unicode');
select is((select email from accounts where account_id = 3), 'ü@localhost', 'update: an e-mail in NFC');
select is(pg_temp.outcome('{"account_id": 3, "email": null}'), null, 'update: null clears the e-mail');
select results_eq('select username, email from accounts where account_id in (2, 3) order by account_id',
	$$values ('ADA', 'ada@example.org'), ('Straße', null)$$, 'update: a refused request changes no name');
update accounts set status = 'deleted', closed_at = now(), username = null, email = null where account_id = 3;
select is_empty($$select * from answers('account.update', '{"account_id": 3, "name": "x"}')$$, 'update: a closed account is not found');
select is_empty($$select * from answers('account.get', '{"account_id": 3}')$$, 'get: a closed account is not found');
update accounts set status = 'active', closed_at = null where account_id = 3;

-- A new zone changes today at once.
create temp table response as execute "account.update"('{3}', '{null}', '{Pacific/Kiritimati}', '{t}', '{null}', '{null}', '{null}', '{null}', '{}', '{}', '{}');
create temp table streak as execute "stats.streak"('{3}', '{null}');
select is((select today from streak), (now() at time zone 'Pacific/Kiritimati')::date, 'update: today is the day in the new zone');

-- A session without a study_date belongs to the local day of the zone.
set local TimeZone = 'CET';
insert into topics (account_id, id, name) overriding system value values (2, 51, 'Night'), (3, 52, 'Night');
update accounts set time_zone = 'CET', day_starts_at = '00:00' where account_id = 2;
update accounts set time_zone = null, day_starts_at = '00:00' where account_id = 3;
create temp table logged as
execute "sessions.create"('{2,3,2}', ids(501, 502, 503), '{51,52,51}', array[null, null, null]::date[], '{5,5,5}', '{null,null,null}',
	'{2026-07-01T22:30Z,2026-07-01T22:30Z,2026-01-01T22:30Z}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select ord, outcome, study_date from logged', $$values
	(1::bigint, null::text, '2026-07-02'::date), (2, null, '2026-07-02'), (3, null, '2026-01-01')$$,
	'a session belongs to the day in the zone of the account, or of the connection, in summer too');
select results_eq('select account_day(name, shown::time, instant) from clocks order by name, instant',
	'select shown::date from clocks order by name, instant', 'account_day of every zone: the day starts at local midnight');
select * from finish();
rollback;
