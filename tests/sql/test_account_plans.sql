-- A batch of 16 requests about accounts and credentials reads few rows of tables of 3,000 rows,
-- also with a plan that was made before the rows were inserted: see test_plans_kept.
\getenv prepare_all PREPARE_ALL
begin;
select no_plan();
\i :prepare_all

-- The params are an expression of n, which is 1 to 16. `done` is the number of rows without an
-- outcome. Account n has the token n, the log-ins n of tokens and 5000 + n of a browser, and the
-- identity n; account 20 has the tokens and log-ins from 101 on.
create temp table calls (method text, what text, done int, params text, call text);
insert into calls (method, what, done, params) values
	('credentials.get', 'tokens', 16, $$'{"hash": "' || pg_temp.hex(n) || '"}'$$),
	('credentials.get', 'sessions', 16, $$'{"hash": "' || pg_temp.hex(5000 + n) || '"}'$$),
	('credentials.get', 'log-ins', 16, $$jsonb_build_object('login_id', id(n))$$),
	('credentials.get', 'identities', 16, $$jsonb_build_object('issuer', 'i', 'subject', n::text)$$),
	('credentials.get', 'keys', 16, $$jsonb_build_object('holder_id', n)$$),
	('passwords.find', 'usernames', 16, $$jsonb_build_object('username', 'USER' || n)$$),
	('passwords.find', 'e-mails', 16, $$jsonb_build_object('username', 'user' || n || '@example.ORG')$$),
	('passwords.find', 'ids', 16, $$jsonb_build_object('holder_id', n)$$),
	('passwords.find', 'unknown names', 16, $$jsonb_build_object('username', 'nobody' || n)$$),
	('logins.create', '', 16, $$pg_temp.checked(n) || jsonb_build_object('login_id', id(9000 + n), 'refresh_id', id(n), 'lifetime_s', 60)$$),
	('logins.create', 'of browsers', 16, $$pg_temp.checked(n) || jsonb_build_object('login_id', id(9000 + n), 'session_hash', pg_temp.hex(9000 + n), 'lifetime_s', 60)$$),
	('logins.create', 'with renewed hashes', 16, $$pg_temp.checked(n) || jsonb_build_object('login_id', id(9000 + n), 'refresh_id', id(n), 'lifetime_s', 60, 'hash', 'new')$$),
	('logins.create', 'wrong passwords', 0, $$jsonb_build_object('login_id', id(9000 + n), 'refresh_id', id(n), 'lifetime_s', 60, 'holder_id', n, 'is_verified', false)$$),
	('logins.create', 'repeated', 16, $$pg_temp.checked(n) || jsonb_build_object('login_id', id(n), 'refresh_id', id(n), 'lifetime_s', 60)$$),
	('logins.refresh', '', 16, $$jsonb_build_object('account_id', n, 'login_id', id(n), 'refresh_id', id(n), 'next_refresh_id', id(9000 + n))$$),
	('logins.refresh', 'of one account', 16, $$jsonb_build_object('account_id', 20, 'login_id', id(100 + n), 'refresh_id', id(100 + n), 'next_refresh_id', id(9000 + n))$$),
	('logins.refresh', 'reused', 0, $$jsonb_build_object('account_id', n, 'login_id', id(n), 'refresh_id', id(8000), 'next_refresh_id', id(9000 + n))$$),
	('logins.end', '', 16, $$jsonb_build_object('account_id', n, 'login_id', id(n))$$),
	('logins.end', 'of one account', 16, $$jsonb_build_object('account_id', 20, 'login_id', id(100 + n))$$),
	('accounts.insert', '', 16, $$jsonb_build_object('username', 'new' || n, 'email', 'new' || n || '@example.org', 'role', 'learner', 'hash', 'h')$$),
	('accounts.insert', 'taken usernames', 0, $$jsonb_build_object('username', 'USER' || n, 'role', 'learner', 'hash', 'h')$$),
	('accounts.insert', 'taken e-mails', 0, $$jsonb_build_object('username', 'new' || n, 'email', 'USER' || n || '@example.org', 'role', 'learner', 'hash', 'h')$$),
	('identities.create', 'known', 16, $$jsonb_build_object('issuer', 'i', 'subject', n::text)$$),
	('identities.create', 'new', 16, $$jsonb_build_object('issuer', 'i', 'subject', 'new' || n, 'username', 'new' || n)$$),
	('identities.create', 'taken names', 16, $$jsonb_build_object('issuer', 'i', 'subject', 'new' || n, 'username', 'user' || n, 'email', 'user' || n || '@example.org')$$),
	('tokens.create', '', 16, $$jsonb_build_object('account_id', n, 'name', 'a', 'scopes', '["read"]'::jsonb, 'caller_scopes', 6)$$),
	('tokens.create', 'behind expired ones', 16, $$jsonb_build_object('account_id', 20, 'name', 'a', 'scopes', '["read"]'::jsonb, 'caller_scopes', 6)$$),
	('tokens.issue', '', 16, $$pg_temp.checked(n) || '{"name": "a"}'$$),
	('tokens.list', '', 80, $$jsonb_build_object('account_id', 20, 'limit', 4, 'cursor_id', 200 + n)$$),
	('tokens.list', 'behind revoked and expired ones', 80, $$jsonb_build_object('account_id', 20, 'limit', 4, 'cursor_id', 225)$$),
	('tokens.get', '', 16, $$jsonb_build_object('account_id', 20, 'token_id', 200 + n)$$),
	('tokens.delete', '', 16, $$jsonb_build_object('account_id', 20, 'token_id', 200 + n)$$),
	('account.get', '', 16, $$jsonb_build_object('account_id', n)$$),
	('account.update', 'names', 16, $$jsonb_build_object('account_id', n, 'username', 'new' || n, 'email', 'new' || n || '@example.org')$$),
	('account.update', 'taken names', 0, $$jsonb_build_object('account_id', n, 'username', 'USER' || n + 1)$$),
	('account.export', '', 32, $$jsonb_build_object('account_id', 20, 'limit', 1)$$),
	('account.export', 'of tokens', 32, $$jsonb_build_object('account_id', 20, 'limit', 1, 'cursor', export_cursor('tokens', jsonb_build_object('account_id', 20, 'id', 2000 + n)))$$),
	('account.export', 'of log-ins', 32, $$jsonb_build_object('account_id', 20, 'limit', 1, 'cursor', export_cursor('logins', jsonb_build_object('account_id', 20, 'id', id(2000 + n))))$$),
	('accounts.get', '', 16, $$jsonb_build_object('account_id', n)$$),
	('accounts.list', '', 80, $$jsonb_build_object('limit', 4, 'cursor_key', 100 + n)$$),
	('accounts.export', '', 32, $$jsonb_build_object('account_id', n, 'limit', 1)$$),
	('accounts.update', 'names', 16, $$jsonb_build_object('account_id', n, 'username', 'new' || n, 'email', 'new' || n || '@example.org')$$),
	('accounts.update', 'taken names', 0, $$jsonb_build_object('account_id', n, 'email', 'USER' || n + 1 || '@example.org')$$),
	('accounts.update', 'roles', 16, $$jsonb_build_object('account_id', n, 'role', 'admin')$$),
	('accounts.update', 'disables', 16, $$jsonb_build_object('account_id', n, 'status', 'disabled')$$),
	('accounts.delete', '', 15, $$jsonb_build_object('actor_id', 17, 'account_id', n)$$),
	('account.close', '', 15, $$pg_temp.checked(n) || jsonb_build_object('actor_id', n)$$),
	('passwords.set', '', 16, $$pg_temp.checked(n) || jsonb_build_object('actor_id', n, 'hash', 'new')$$),
	('passwords.set', 'wrong passwords', 0, $$jsonb_build_object('actor_id', n, 'holder_id', n, 'is_verified', false)$$),
	('security_events.list', '', 80, $$jsonb_build_object('account_id', n, 'limit', 4)$$),
	('accounts.purge', '', 16, $$'{}'$$),
	('events.purge', '', 16, $$'{}'$$),
	('tokens.mark_used', '', 16, $$jsonb_build_object('token_id', n, 'holder_id', n)$$);

create function pg_temp.hex(n bigint) returns text
	language sql return encode(sha256(n::text::bytea), 'hex');
-- Of a right password.
create function pg_temp.checked(n bigint) returns jsonb
	language sql return jsonb_build_object('holder_id', n, 'is_verified', true, 'checked_hash', 'h');
do $$
declare
	c calls;
begin
	for c in select * from calls loop
		execute format('update calls as c set call = (select test.call_of(%L, variadic array_agg((%s)::jsonb order by n)) from generate_series(1, 16) as n)
			where c.method = %1$L and c.what = %3$L', c.method, c.params, c.what);
	end loop;
end
$$;

-- What the tables hold when the statements are planned.
create temp table states (state text, accounts int, credentials int, is_analysed boolean);
insert into states values
	('all tables empty, never analysed', 0, 0, false),
	('all tables empty', 0, 0, true),
	('20 accounts', 20, 0, true),
	('20 accounts and 150 credentials, never analysed', 20, 150, false),
	('20 accounts and 150 credentials', 20, 150, true),
	('3,000 accounts and credentials', 3000, 3000, true);

create temp table tables as
select t::regclass as relation
from unnest('{accounts,account_passwords,logins,tokens,identities,security_events}'::text[]) as t;

create function pg_temp.empty() returns void
	language plpgsql as $$
begin
	set local session_replication_role = replica;
	set local client_min_messages = warning; -- it names each table
	truncate accounts, security_events cascade;
	set local session_replication_role = origin; -- each such setting discards all plans of the connection
	delete from pg_statistic where starelid in (select relation from tables);
end
$$;

create function pg_temp.fill_accounts(first int, last int) returns void
	language sql as $$
	insert into accounts (account_id, name, username, email)
	select n, 'account ' || n, 'user' || n, 'user' || n || '@example.org' from generate_series(first, last) as n;
	insert into account_passwords (account_id, hash) select n, 'h' from generate_series(first, last) as n;
	$$;
-- Account 20 has 2,900 of each. Its tokens 201 to 225 and 2,981 to 3,000 are valid; 226 to 1,500
-- are revoked, and the others have expired.
create function pg_temp.fill_credentials(first int, last int) returns void
	language sql as $$
	insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at)
	select case when n > 100 then 20 else 1 + (n - 1) % 20 end, id(n), 'jwt', id(n), 60, now() + interval '1 hour'
	from generate_series(first, last) as n;
	insert into logins (account_id, id, kind, session_hash, lifetime_s, expires_at)
	select case when n > 100 then 20 else 1 + (n - 1) % 20 end, id(5000 + n), 'browser', sha256((5000 + n)::text::bytea), 60, now() + interval '1 hour'
	from generate_series(first, last) as n;
	insert into tokens (account_id, id, name, hash, scopes, expires_at, revoked_at) overriding system value
	select case when n > 100 then 20 else 1 + (n - 1) % 20 end, n, 'a', sha256(n::text::bytea), '{read}',
		case when n between 101 and 200 or n between 1501 and 2980 then now() end, case when n between 226 and 1500 then now() end
	from generate_series(first, last) as n;
	insert into identities (account_id, issuer, subject)
	select case when n > 100 then 20 else 1 + (n - 1) % 20 end, 'i', n::text from generate_series(first, last) as n;
	insert into security_events (account_id, kind)
	select 1 + n % 20, 'login' from generate_series(first, last) as n;
	$$;

\ir kept_plans.sql

create function pg_temp.run(s states) returns setof text
	language plpgsql as $$
begin
	perform pg_temp.empty();
	perform pg_temp.fill_accounts(1, s.accounts);
	perform pg_temp.fill_credentials(1, s.credentials);
	if s.is_analysed then
		analyze accounts, account_passwords, logins, tokens, identities, security_events;
	end if;
	perform pg_temp.try(call) from calls; -- plans
	perform pg_temp.fill_accounts(s.accounts + 1, 3000);
	perform pg_temp.fill_credentials(s.credentials + 1, 3000);
	return query select pg_temp.expect('planned with ' || s.state);
end
$$;
select r from states as s cross join lateral pg_temp.run(s) as r;
select * from finish();
rollback;
