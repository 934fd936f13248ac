-- credentials.get: what each kind of credential may do, and when not, also with many of them.
\getenv prepare_all PREPARE_ALL
begin;
\i :prepare_all
select no_plan();

insert into accounts (account_id, name, role, status, closed_at) values
	(10, 'Ada', 'learner', 'active', null), (11, 'Root', 'admin', 'active', null),
	(12, 'Out', 'learner', 'disabled', null), (13, 'Gone', 'learner', 'deleted', now());
create function pg_temp.hash(n bigint) returns bytea
	language sql return sha256(n::text::bytea);
create function pg_temp.of_hash(n bigint) returns jsonb
	language sql return jsonb_build_object('hash', encode(pg_temp.hash(n), 'hex'));
create function pg_temp.of_login(n bigint) returns jsonb
	language sql return jsonb_build_object('login_id', id(n));
insert into tokens (account_id, id, name, hash, scopes, expires_at, last_used_on, revoked_at) overriding system value values
	(10, 1, 'a', pg_temp.hash(1), '{read}', null, (now() at time zone 'UTC')::date, null),
	(11, 2, 'a', pg_temp.hash(2), '{read,admin}', now() + interval '1 s', (now() at time zone 'UTC')::date - 1, null),
	(10, 3, 'a', pg_temp.hash(3), '{read,write,admin}', null, null, null),
	(10, 4, 'a', pg_temp.hash(4), '{read}', now(), null, null),
	(10, 5, 'a', pg_temp.hash(5), '{read}', now(), null, now()),
	(12, 6, 'a', pg_temp.hash(6), '{read}', null, null, null);
insert into logins (account_id, id, kind, refresh_id, session_hash, lifetime_s, expires_at, ended_at, ended_by) values
	(10, id(1), 'jwt', id(101), null, 60, now() + interval '1 s', null, null),
	(11, id(2), 'browser', null, pg_temp.hash(102), 60, now() + interval '1 s', null, null),
	(10, id(3), 'jwt', id(103), null, 60, now(), null, null),
	(10, id(4), 'jwt', id(104), null, 60, now() + interval '1 s', now(), 'logout'),
	(10, id(5), 'browser', null, pg_temp.hash(105), 60, now() + interval '1 s', now(), 'password'),
	(12, id(6), 'jwt', id(106), null, 60, now() + interval '1 s', null, null);
insert into identities (account_id, issuer, subject) values (10, 'https://a.example.org', '17'), (12, 'https://a.example.org', '18'),
	(11, 'https://b.example.org/' || repeat('x', 100), '17');

select results_eq($$select ord, outcome, answer from answers('credentials.get', pg_temp.of_hash(1), pg_temp.of_hash(2), pg_temp.of_hash(3),
	pg_temp.of_hash(102), pg_temp.of_login(1), '{"issuer": "https://a.example.org", "subject": "17"}',
	jsonb_build_object('issuer', 'https://b.example.org/' || repeat('x', 100), 'subject', '17'), '{"holder_id": 11}')$$, $$
	select u.ord, null::text, jsonb_build_object('account_id', u.account, 'role', u.role, 'scopes', u.scopes, 'credential', u.credential,
		'login_id', u.login, 'token_id', u.token, 'expires_at', u.expiry, 'is_marked', u.is_marked)
	from (values (1::bigint, 10, 'learner', 2, 'token 1', null::uuid, 1, null::timestamptz, true),
		(2, 11, 'admin', 10, 'token 2', null, 2, now() + interval '1 s', false),
		(3, 10, 'learner', 6, 'token 3', null, 3, null, false),
		(4, 11, 'admin', 14, 'session ' || id(2), id(2), null, now() + interval '1 s', true),
		(5, 10, 'learner', 6, 'login ' || id(1), id(1), null, now() + interval '1 s', true),
		(6, 10, 'learner', 6, 'identity https://a.example.org', null, null, null, true),
		(7, 11, 'admin', 14, 'identity https://b.example.org/' || repeat('x', 32), null, null, null, true),
		(8, 11, 'admin', 14, 'key', null, null, null, true)) as u (ord, account, role, scopes, credential, login, token, expiry, is_marked)$$,
	'of each kind, with the scopes that the token and its role have in common');
select ok((select bool_and(char_length(answer ->> 'credential') < 64) from answers('credentials.get',
	jsonb_build_object('issuer', 'https://b.example.org/' || repeat('x', 100), 'subject', '17'), pg_temp.of_login(1))), 'a principal of the gateway has room for the credential');
select results_eq($$select ord, outcome from answers('credentials.get', pg_temp.of_hash(4), pg_temp.of_hash(5), pg_temp.of_hash(6),
	pg_temp.of_hash(105), pg_temp.of_login(3), pg_temp.of_login(4), pg_temp.of_login(6), '{"issuer": "https://a.example.org", "subject": "18"}',
	'{"holder_id": 12}', '{"holder_id": 13}')$$, $$values
	(1::bigint, 'TOKEN_EXPIRED'), (2, 'TOKEN_REVOKED'), (3, 'ACCOUNT_DISABLED'), (4, 'TOKEN_REVOKED'), (5, 'TOKEN_EXPIRED'), (6, 'TOKEN_REVOKED'),
	(7, 'ACCOUNT_DISABLED'), (8, 'ACCOUNT_DISABLED'), (9, 'ACCOUNT_DISABLED'), (10, 'ACCOUNT_DISABLED')$$,
	'expired, revoked, ended, disabled');
select is_empty($$select from answers('credentials.get', '{}', pg_temp.of_hash(99), '{"hash": "1"}', jsonb_build_object('hash', upper(encode(pg_temp.hash(1), 'hex'))),
	pg_temp.of_login(2), pg_temp.of_login(99), '{"issuer": "https://c.example.org", "subject": "17"}', '{"issuer": "https://a.example.org"}',
	'{"subject": "17"}', '{"holder_id": 99}')$$,
	'nothing, an unknown one, what is no hash, the id of a browser''s session, another issuer, half of an identity');

-- identities.create
select results_eq($$select ord, outcome, answer from answers('identities.create', '{"issuer": "https://a.example.org", "subject": "17", "username": "ada"}',
	'{"issuer": "https://a.example.org", "subject": "18"}')$$, $$values
	(1::bigint, null::text, '{"account_id": 10, "role": "learner", "scopes": 6, "credential": "identity https://a.example.org", "login_id": null, "token_id": null, "expires_at": null, "is_marked": true}'::jsonb),
	(2, 'ACCOUNT_DISABLED', '{"account_id": 12, "role": "learner", "scopes": 6, "credential": "identity https://a.example.org", "login_id": null, "token_id": null, "expires_at": null, "is_marked": true}')$$,
	'identities.create: finds an account');
select is_empty('select from security_events', 'identities.create: what exists is no event');
create function pg_temp.made(request jsonb, out account jsonb)
	language plpgsql as $$
declare
	id constant bigint := (select answer ->> 'account_id' from answers('identities.create', '{"issuer": "https://a.example.org"}' || request));
begin
	select jsonb_build_array(a.name, a.username, a.email, a.role) into account from accounts as a where a.account_id = id;
end
$$;
select is(pg_temp.made('{"subject": "20", "username": "Ada", "email": "Ada@example.org", "name": " Ada  L "}'), '["Ada L", "Ada", "Ada@example.org", "learner"]',
	'identities.create: makes an account');
select is(pg_temp.made('{"subject": "20", "username": "other"}'), '["Ada L", "Ada", "Ada@example.org", "learner"]', 'identities.create: once');
select is((select array_agg(e.details || jsonb_build_object('kind', e.kind, 'credential', e.credential)) from security_events as e join accounts as a using (account_id) where a.username = 'Ada'),
	array['{"kind": "account_created", "role": "learner", "credential": "identity https://a.example.org"}'::jsonb], 'identities.create: is an event');
create temp table claims (subject text, rest jsonb, account jsonb);
insert into claims values
	('21', '{"username": "ADA", "email": "ada@EXAMPLE.org"}', '["21", null, null, "learner"]'),
	('22', '{"username": "ada@example.org", "email": "no address", "name": ""}', '["22", null, null, "learner"]'),
	('23', '{"username": "b b", "email": "b@example.org", "name": "\u200b"}', '["23", null, "b@example.org", "learner"]'),
	('24', '{"username": "e\u0301"}', '["é", "é", null, "learner"]');
insert into claims select '25', jsonb_build_object('username', repeat('x', 4000), 'email', repeat('x', 4000) || '@example.org', 'name', repeat('x', 4000)),
	jsonb_build_array(repeat('x', 200), null, null, 'learner');
insert into claims select repeat('y', 255), '{}', jsonb_build_array(repeat('y', 200), null, null, 'learner');
select is(pg_temp.made(rest || jsonb_build_object('subject', subject)), account, 'identities.create: leaves out what is taken or wrong: ' || left(subject, 2)) from claims;

-- Batches of 64 of 100,000 tokens, log-ins and identities, with plans that were made without any.
delete from identities;
delete from logins;
delete from tokens;
discard plans;
select from answers('credentials.get', pg_temp.of_hash(1));
insert into accounts (account_id, name, username, email) select n, n::text, 'user' || n, 'user' || n || '@example.org' from generate_series(1001, 11000) as n;
insert into tokens (account_id, id, name, hash, scopes) overriding system value select 1001 + n % 10000, n, 'a', pg_temp.hash(n), '{read}' from generate_series(1, 100000) as n;
insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at) select 1001 + n % 10000, id(n), 'jwt', id(n), 60, now() + interval '60 s' from generate_series(1, 100000) as n;
insert into logins (account_id, id, kind, session_hash, lifetime_s, expires_at) select 1001 + n % 10000, id(200000 + n), 'browser', pg_temp.hash(200000 + n), 60, now() + interval '60 s' from generate_series(1, 100000) as n;
insert into identities (account_id, issuer, subject) select 1001 + n % 10000, 'https://a.example.org', n::text from generate_series(1, 100000) as n;
-- Blocks, not rows: a scan of a whole index by a column in its middle returns few rows.
create function pg_temp.blocks() returns bigint
	language sql volatile as $$
	select sum(b)::bigint
	from unnest('{accounts,account_passwords,tokens,logins,identities}'::regclass[]) as t (relation)
	cross join lateral (
		select pg_stat_get_xact_blocks_fetched(t.relation)
		union all
		select pg_stat_get_xact_blocks_fetched(i.indexrelid) from pg_index as i where i.indrelid = t.relation
	) as x (b)
	$$;
create function pg_temp.read_by(method text, requests jsonb[], out done bigint, out blocks bigint)
	language plpgsql as $$
declare
	before constant bigint := pg_temp.blocks();
begin
	select count(*) into done from answers(method, variadic requests) as r where r.outcome is null;
	blocks := pg_temp.blocks() - before;
end
$$;
create temp table batches (what text, method text, requests jsonb[]);
insert into batches
select b.what, b.method, array_agg(b.request)
from generate_series(1, 64) as n
cross join lateral (values
	('tokens', 'credentials.get', pg_temp.of_hash(1000 * n)),
	('sessions', 'credentials.get', pg_temp.of_hash(200000 + 1000 * n)),
	('log-ins', 'credentials.get', pg_temp.of_login(1000 * n)),
	('identities', 'credentials.get', jsonb_build_object('issuer', 'https://a.example.org', 'subject', (1000 * n)::text)),
	('keys', 'credentials.get', jsonb_build_object('holder_id', 1000 + 100 * n)),
	('usernames', 'passwords.find', jsonb_build_object('username', 'USER' || 1000 + 100 * n)),
	('e-mails', 'passwords.find', jsonb_build_object('username', 'user' || 1000 + 100 * n || '@example.ORG')),
	('unknown names', 'passwords.find', jsonb_build_object('username', 'nobody' || n))) as b (what, method, request)
group by b.what, b.method;
create temp table measured as
select b.*, r.*
from batches as b
cross join lateral pg_temp.read_by(b.method, b.requests) as r;
select is(done, 64::bigint, method || ': 64 ' || what || ' of many') from measured;
select cmp_ok(blocks, '<', 64 * 12::bigint, method || ': few blocks are read for each of 64 ' || what) from measured;

select * from finish();
rollback;
