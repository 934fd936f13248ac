-- passwords.find and logins.*: log-ins, refreshes, their ends, and the events of each.
\getenv prepare_all PREPARE_ALL
begin;
\i :prepare_all
select no_plan();

insert into accounts (account_id, name, username, email, role, status, closed_at) values
	(10, 'Ada', 'Ada', 'ada@example.org', 'learner', 'active', null),
	(11, 'Root', 'Straße', null, 'admin', 'active', null),
	(12, 'Out', 'out', 'out@example.org', 'learner', 'disabled', null),
	(13, 'Gone', null, null, 'learner', 'deleted', now()),
	(14, 'Keyless', 'keyless', null, 'learner', 'active', null);
select set_password_hash(id, 'hash of ' || id) from unnest('{10,11,12}'::bigint[]) as id;

-- passwords.find
select results_eq($$select ord, outcome, answer from answers('passwords.find', '{"username": "ada"}',
	'{"username": "ADA@Example.ORG"}', '{"username": "STRASSE"}', '{"username": "out"}', '{"username": "nobody"}',
	'{"username": ""}', '{}', '{"holder_id": 10}', '{"holder_id": 14}', '{"holder_id": 99}', '{"username": "keyless"}')$$, $$values
	(1::bigint, null::text, '{"account_id": 10, "hash": "hash of 10", "username": "Ada", "email": "ada@example.org"}'::jsonb),
	(2, null, '{"account_id": 10, "hash": "hash of 10", "username": "Ada", "email": "ada@example.org"}'),
	(3, null, '{"account_id": 11, "hash": "hash of 11", "username": "Straße", "email": null}'),
	(4, null, '{"account_id": 12, "hash": "hash of 12", "username": "out", "email": "out@example.org"}'),
	(5, null, '{"account_id": null, "hash": null, "username": null, "email": null}'),
	(6, null, '{"account_id": null, "hash": null, "username": null, "email": null}'),
	(7, null, '{"account_id": null, "hash": null, "username": null, "email": null}'),
	(8, null, '{"account_id": 10, "hash": "hash of 10", "username": "Ada", "email": "ada@example.org"}'),
	(9, null, '{"account_id": 14, "hash": null, "username": "keyless", "email": null}'),
	(10, null, '{"account_id": null, "hash": null, "username": null, "email": null}'),
	(11, null, '{"account_id": 14, "hash": null, "username": "keyless", "email": null}')$$,
	'find: by username or e-mail without case, or by id');

-- The events since the last call, and their common form.
create temp table told (id bigint);
create function pg_temp.events() returns setof jsonb
	language sql as $$
	with fresh as (
		insert into told select e.id from security_events as e where e.id not in (select t.id from told as t) returning id
	)
	select jsonb_strip_nulls(to_jsonb(e) - '{id,at}'::text[]) from fresh as f join security_events as e using (id) order by e.id
	$$;
-- A request whose password was right.
create function pg_temp.right_one(n bigint, holder bigint, rest jsonb default '{}') returns jsonb
	language sql
	return jsonb_build_object('login_id', id(n), 'refresh_id', id(n + 1000), 'lifetime_s', 60, 'holder_id', holder,
		'is_verified', true, 'checked_hash', 'hash of ' || holder, 'caller_address', '192.0.2.' || n) || rest;
create function pg_temp.hash(n bigint) returns text
	language sql return encode(sha256(n::text::bytea), 'hex');

-- create
select results_eq($$select ord, outcome, answer from answers('logins.create', pg_temp.right_one(2, 10),
	pg_temp.right_one(1, 11, jsonb_build_object('refresh_id', null, 'session_hash', pg_temp.hash(1))),
	pg_temp.right_one(3, 12))$$,
	format($$values
	(1::bigint, null::text, jsonb_build_object('account_id', 10, 'login_id', id(2), 'role', 'learner', 'scopes', 6,
		'credential', 'login ' || id(2), 'expires_at', now() + interval '60 s', 'username', 'Ada')),
	(2, null, jsonb_build_object('account_id', 11, 'login_id', id(1), 'role', 'admin', 'scopes', 14,
		'credential', 'session ' || id(1), 'expires_at', now() + interval '60 s', 'username', 'Straße')),
	(3, 'ACCOUNT_DISABLED', jsonb_build_object('account_id', 12, 'login_id', id(3), 'role', 'learner', 'scopes', 6,
		'credential', 'login ' || id(3), 'expires_at', now() + interval '60 s', 'username', 'out'))$$),
	'create: of tokens, of a browser, of a disabled account');
select results_eq('select account_id, id, kind, refresh_id, session_hash, lifetime_s, expires_at = now() + interval ''60 s'', ended_at from logins order by 1',
	$$values (10::bigint, id(2), 'jwt', id(1002), null::bytea, 60, true, null::timestamptz),
	(11, id(1), 'browser', null, decode(pg_temp.hash(1), 'hex'), 60, true, null)$$, 'create: the log-ins are stored');
select results_eq('select pg_temp.events()', $$values
	(jsonb_build_object('account_id', 10, 'kind', 'login', 'credential', 'login ' || id(2), 'address', '192.0.2.2', 'details', '{}'::jsonb)),
	(jsonb_build_object('account_id', 11, 'kind', 'login', 'credential', 'session ' || id(1), 'address', '192.0.2.1', 'details', '{}'::jsonb)),
	('{"account_id": 12, "kind": "login_failed", "address": "192.0.2.3", "details": {"reason": "ACCOUNT_DISABLED"}}')$$,
	'create: one event each');
select results_eq($$select ord, outcome, answer -> 'expires_at' from answers('logins.create', pg_temp.right_one(2, 10))$$,
	$$values (1::bigint, null::text, to_jsonb(now() + interval '60 s'))$$, 'create: a repeated request has the same response');
select is_empty('select pg_temp.events()', 'create: a repeated request stores no event');
select results_eq($$select ord, outcome from answers('logins.create', pg_temp.right_one(2, 11), pg_temp.right_one(4, 10, '{"refresh_id": null}'),
		pg_temp.right_one(5, 10, jsonb_build_object('session_hash', pg_temp.hash(5))),
		pg_temp.right_one(6, 10, '{"refresh_id": null, "session_hash": "no hash"}'))$$,
	$$values (1::bigint, 'INVALID_INPUT login_id: another log-in has this id'),
	(2, 'INVALID_INPUT: a log-in has either a refresh_id or a session_hash'),
	(3, 'INVALID_INPUT: a log-in has either a refresh_id or a session_hash'),
	(4, 'INVALID_INPUT: a log-in has either a refresh_id or a session_hash')$$, 'create: what only a faulty gateway sends');
select from pg_temp.events();

-- Failures.
select results_eq($$select ord, outcome from answers('logins.create',
		pg_temp.right_one(10, 10, '{"is_verified": false}'), pg_temp.right_one(11, 10, '{"holder_id": null, "is_verified": false, "checked_hash": null}'),
		pg_temp.right_one(12, 14, '{"is_verified": false, "checked_hash": null}'), pg_temp.right_one(13, 12, '{"is_verified": false}'),
		pg_temp.right_one(14, 10, '{"checked_hash": "hash of before", "hash": "renewed"}'), pg_temp.right_one(15, 13, '{"checked_hash": null}'),
		pg_temp.right_one(16, 99))$$,
	$$select n, 'INVALID_CREDENTIALS'::text from generate_series(1::bigint, 7) as n$$,
	'create: a wrong password, an unknown name, an account without password, a password that was changed meanwhile');
select results_eq($$select e ->> 'account_id', e ->> 'kind', e ->> 'credential', e ->> 'address', e -> 'details' from pg_temp.events() as e$$,
	$$select u.account, 'login_failed', null, '192.0.2.' || u.n, '{"reason": "INVALID_CREDENTIALS"}'::jsonb
	from unnest('{10,0,14,12,10,13,0}'::text[], '{10,11,12,13,14,15,16}'::int[]) as u (account, n)$$,
	'create: one event for each failure, also of nobody, and none names what was typed');
select is((select count(*) from logins), 2::bigint, 'create: no failure stores a log-in');
select is(password_hash(10), 'hash of 10', 'create: no failure stores a hash');

-- A hash that is renewed while others log in with the old one.
select results_eq($$select ord, outcome from answers('logins.create', pg_temp.right_one(20, 10, '{"hash": "renewed"}'),
		pg_temp.right_one(21, 10, '{"hash": "renewed too"}'), pg_temp.right_one(22, 10))$$,
	$$select n, null::text from generate_series(1::bigint, 3) as n$$, 'create: the same password with its old hash');
select is(password_hash(10), 'renewed', 'create: stores the renewed hash once');
select set_password_hash(10, 'new password');
select results_eq($$select ord, outcome from answers('logins.create', pg_temp.right_one(23, 10),
		pg_temp.right_one(24, 10, '{"checked_hash": "renewed", "hash": "renewed again"}'),
		pg_temp.right_one(25, 10, '{"checked_hash": "new password", "hash": "new hash"}'))$$,
	$$values (1::bigint, 'INVALID_CREDENTIALS'), (2, 'INVALID_CREDENTIALS'), (3, null)$$, 'create: hashes of another password are old');
select is(password_hash(10), 'new hash', 'create: and do not come back');
select from pg_temp.events();

-- refresh
create function pg_temp.refresh(account bigint, n bigint, shown bigint, next bigint) returns jsonb
	language sql
	return jsonb_build_object('account_id', account, 'login_id', id(n), 'refresh_id', id(shown), 'next_refresh_id', id(next),
		'caller_address', '192.0.2.1');
create function pg_temp.ends() returns table (n text, ended_by text)
	language sql as $$
	select right(id::text, 2), ended_by from logins where ended_at is not null order by id
	$$;
delete from logins;
insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at) values
	(10, id(1), 'jwt', id(101), 60, now() + interval '1 s'), (10, id(2), 'jwt', id(102), 60, now() + interval '1 s'),
	(10, id(3), 'jwt', id(103), 60, now()), (12, id(4), 'jwt', id(104), 60, now() + interval '1 s'),
	(11, id(5), 'jwt', id(105), 60, now() + interval '1 s');
insert into logins (account_id, id, kind, session_hash, lifetime_s, expires_at) values
	(10, id(6), 'browser', sha256('6'), 60, now() + interval '1 s');
select results_eq($$select ord, outcome, answer from answers('logins.refresh', pg_temp.refresh(10, 1, 101, 201))$$,
	$$values (1::bigint, null::text, jsonb_build_object('account_id', 10, 'login_id', id(1), 'role', 'learner', 'scopes', 6,
		'credential', 'login ' || id(1), 'expires_at', now() + interval '60 s', 'username', 'Ada'))$$, 'refresh: the row of the log-in');
select results_eq($$select ord, outcome, answer -> 'expires_at' from answers('logins.refresh', pg_temp.refresh(10, 1, 101, 201))$$,
	$$values (1::bigint, null::text, to_jsonb(now() + interval '60 s'))$$, 'refresh: a repeated request has the same response');
select is((select refresh_id from logins where id = id(1)), id(201), 'refresh: the next token is the current one');
select is_empty('select pg_temp.events()', 'refresh: is no event');
select results_eq($$select ord, outcome from answers('logins.refresh', pg_temp.refresh(11, 5, 105, 205), pg_temp.refresh(10, 3, 103, 203),
		pg_temp.refresh(12, 4, 104, 204), pg_temp.refresh(10, 2, 999, 202), pg_temp.refresh(10, 1, 201, 301))$$,
	$$values (1::bigint, null), (2, 'TOKEN_EXPIRED'), (3, 'ACCOUNT_DISABLED'), (4, 'TOKEN_REUSED'), (5, null)$$,
	'refresh: a batch with one of each outcome');
select is_empty($$select from answers('logins.refresh', pg_temp.refresh(11, 1, 301, 401), pg_temp.refresh(10, 6, 301, 401), pg_temp.refresh(10, 99, 301, 401))$$,
	'refresh: another account''s log-in, a session of a browser and an unknown log-in are none');
select results_eq('select * from pg_temp.ends()', $$values ('02', 'reuse')$$, 'refresh: a reused token ends its log-in only');
select results_eq('select pg_temp.events()', $$values (jsonb_build_object('account_id', 10, 'kind', 'token_reused', 'credential', 'login ' || id(2),
	'address', '192.0.2.1', 'details', '{}'::jsonb))$$, 'refresh: reuse is an event');
select results_eq($$select ord, outcome from answers('logins.refresh', pg_temp.refresh(10, 2, 102, 202), pg_temp.refresh(10, 1, 101, 501))$$,
	$$values (1::bigint, 'TOKEN_REVOKED'), (2, 'TOKEN_REUSED')$$, 'refresh: the current token of an ended log-in; the first token of all');
select results_eq($$select ord, outcome from answers('logins.refresh', pg_temp.refresh(10, 1, 301, 601))$$,
	$$values (1::bigint, 'TOKEN_REVOKED')$$, 'refresh: reuse of an old token ends the newest one');
select from pg_temp.events();

-- end
select results_eq($$select ord, outcome, answer from answers('logins.end', jsonb_build_object('account_id', 11, 'login_id', id(5), 'caller_address', '::1'),
		jsonb_build_object('account_id', 11, 'login_id', id(6)), jsonb_build_object('account_id', 10, 'login_id', id(6)),
		jsonb_build_object('account_id', 10, 'login_id', id(99)), jsonb_build_object('account_id', 10, 'login_id', id(1)))$$,
	$$values (1::bigint, null::text, '{"ended": true}'::jsonb), (2, null, '{"ended": false}'), (3, null, '{"ended": true}'),
	(4, null, '{"ended": false}'), (5, null, '{"ended": true}')$$, 'end: also what has ended; not what another account has');
select results_eq('select * from pg_temp.ends()', $$values ('01', 'reuse'), ('02', 'reuse'), ('05', 'logout'), ('06', 'logout')$$, 'end: stores why');
select results_eq('select pg_temp.events()', $$values
	(jsonb_build_object('account_id', 11, 'kind', 'logout', 'credential', 'login ' || id(5), 'address', '::1', 'details', '{}'::jsonb)),
	(jsonb_build_object('account_id', 10, 'kind', 'logout', 'credential', 'session ' || id(6), 'details', '{}'::jsonb))$$,
	'end: an event of each that was live');
insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at) values (10, id(7), 'jwt', id(107), 60, now() + interval '1 s');
select is(end_logins(10, 'password'), 1::bigint, 'end_logins: counts the live ones of the account');
select results_eq('select * from pg_temp.ends()', $$values ('01', 'reuse'), ('02', 'reuse'), ('03', 'password'), ('05', 'logout'), ('06', 'logout'),
	('07', 'password')$$, 'end_logins: ends expired ones, too, and leaves others');

-- An account has at most 100 live log-ins. Ids are in the order of time.
delete from logins;
insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at, ended_at, ended_by)
select 11, id(n), 'jwt', id(n), 60, now() + interval '1 s', case when n = 10 then now() end, case when n = 10 then 'logout' end
from generate_series(1, 99) as n;
insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at)
values (10, id(0), 'jwt', id(0), 60, now() + interval '1 s');
create function pg_temp.live(account bigint) returns bigint
	language sql as $$ select count(*) from logins where account_id = account and ended_at is null $$;
create function pg_temp.limited() returns text[]
	language sql as $$ select array_agg(right(id::text, 2) order by id) from logins where ended_by = 'limit' $$;
select from pg_temp.events();
select from answers('logins.create', pg_temp.right_one(200, 11), pg_temp.right_one(201, 11));
select is(pg_temp.live(11), 100::bigint, 'create: an account may have 100 live log-ins');
select is(pg_temp.limited(), null, 'create: none ends before');
select from pg_temp.events();
select results_eq($$select ord, outcome from answers('logins.create', pg_temp.right_one(203, 11), pg_temp.right_one(210, 99),
		pg_temp.right_one(202, 11), pg_temp.right_one(204, 10, '{"checked_hash": "new hash"}'))$$,
	$$values (1::bigint, null), (2, 'INVALID_CREDENTIALS'), (3, null), (4, null)$$, 'create: another log-in is no error');
select is(pg_temp.live(11), 100::bigint, 'create: two more end two');
select is(pg_temp.limited(), '{01,02}', 'create: the oldest ones, and none of another account');
select bag_eq($$select e ->> 'kind' as kind, e -> 'details' as details from pg_temp.events() as e$$,
	$$values ('login', '{"ended_logins": 1}'::jsonb), ('login_failed', '{"reason": "INVALID_CREDENTIALS"}'),
	('login', '{"ended_logins": 1}'), ('login', '{}')$$, 'create: the event of a log-in says how many it ended');
select from answers('logins.create', pg_temp.right_one(203, 11));
select is(pg_temp.live(11), 100::bigint, 'create: a repeated request ends none');
select results_eq($$select ord, outcome from answers('logins.refresh', pg_temp.refresh(11, 1, 1, 500))$$,
	$$values (1::bigint, 'TOKEN_REVOKED')$$, 'refresh: not of a log-in that the limit has ended');
insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at)
select 12, id(n), 'jwt', id(n), 60, now() + interval '1 s' from generate_series(1000, 1249) as n;
select results_eq($$select end_oldest_logins(12, kept) from unnest('{99,99,99,0,-1}'::bigint[]) as kept$$,
	'values (100::bigint), (51), (0), (99), (0)', 'end_oldest_logins: at most 100 at once');

-- The oldest log-in is the only one of 100 that has not expired.
delete from logins;
insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at)
select 11, id(n), 'jwt', id(n), 60, now() + case when n = 1 then interval '1 s' else interval '0' end from generate_series(1, 100) as n;
select from pg_temp.events();
select from answers('logins.create', pg_temp.right_one(200, 11), pg_temp.right_one(201, 11));
select is(pg_temp.limited(), '{02,03}', 'create: expired log-ins end before a live one');
select results_eq('select e -> ''details'' from pg_temp.events() as e', $$values ('{}'::jsonb), ('{}')$$, 'create: the events do not count expired ones');
select is(pg_temp.live(11), 100::bigint, 'create: few log-ins have not ended, so that few are read');
insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at)
select 11, id(n), 'jwt', id(n), 60, now() + interval '1 s' from generate_series(1000, 1199) as n;
select results_eq('select end_oldest_logins(11, 100) from generate_series(1, 3)', 'values (100::bigint), (3), (0)',
	'end_oldest_logins: ends live ones that are too many before expired ones');

select * from finish();
rollback;
