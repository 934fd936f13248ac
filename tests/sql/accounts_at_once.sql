-- Accounts, log-ins and tokens for concurrent callers (tests/checks/check_sql). Each caller has a
-- number n of its own that counts up from 1, so callers meet at the same names and log-ins.

insert into accounts (account_id, name, username)
select n, 'account ' || n, 'holder' || n from generate_series(9000, 9020) as n;
select set_password_hash(n, 'hash 0') from generate_series(9000, 9020) as n;
insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at)
select 9001 + n % 20, test.id(9000 + n), 'jwt', test.id(n), 60, now() + interval '1 hour' from generate_series(1, 200) as n;

create table test.outcomes (test text, n int, outcome text);
create sequence test.passwords;

-- As a worker does: runs the request again if another transaction was first.
create function test.note(test text, n int, method text, request jsonb) returns void
	language plpgsql as $$
begin
	for i in 1 .. 5 loop
		begin
			insert into test.outcomes select note.test, note.n, coalesce(r.outcome, 'done') from test.answers(method, request) as r;
			return;
		exception
			when unique_violation then
				raise debug '%', sqlerrm;
		end;
	end loop;
	raise 'five unique violations: %', request;
end
$$;

-- All callers register the same names, refresh the same log-ins with the same token, and make
-- tokens of one account.
create function test.meet(n int) returns void
	language plpgsql as $$
begin
	perform test.note('register', n, 'accounts.insert', jsonb_build_object('username', 'racer' || n, 'role', 'learner', 'hash', 'h'));
	perform test.note('refresh', n, 'logins.refresh', jsonb_build_object('account_id', 9001 + n % 20, 'login_id', test.id(9000 + n),
		'refresh_id', test.id(n), 'next_refresh_id', gen_random_uuid()));
	perform test.note('token', n, 'tokens.create', '{"account_id": 9000, "name": "a", "scopes": ["read"], "caller_scopes": 2}');
	perform test.note('issued', n, 'tokens.issue', jsonb_build_object('name', 'a', 'holder_id', 9000, 'is_verified', true, 'checked_hash', 'hash 0'));
	perform test.note('identity', n, 'identities.create', jsonb_build_object('issuer', 'i', 'subject', n::text, 'username', 'person' || n));
end
$$;

-- Somebody logs in while the password is changed: it changes between the check and the log-in,
-- which is why the caller sleeps. lifetime_s says which password a log-in had. Batches of a few
-- accounts, in random order.
create function test.some_login(n int) returns void
	language plpgsql as $$
declare
	checked text[];
begin
	if random() < 0.2 then
		perform set_password_hash(9001 + n % 3, 'hash ' || nextval('test.passwords'));
		perform end_logins(9001 + n % 3, 'password');
		return;
	end if;
	checked := array(select password_hash(h.id) from unnest('{9001,9002,9003}'::bigint[]) as h (id) order by h.id);
	perform pg_sleep(0.005);
	perform test.answers('logins.create', variadic array(
		select jsonb_build_object('login_id', gen_random_uuid(), 'refresh_id', gen_random_uuid(), 'holder_id', 9000 + h.number,
			'is_verified', true, 'checked_hash', h.hash, 'hash', case when random() < 0.3 then h.hash || ' renewed' end,
			'lifetime_s', 1 + (regexp_match(h.hash, '\d+'))[1]::int)
		from unnest(checked) with ordinality as h (hash, number)
		order by random()));
	perform test.answers('logins.refresh', variadic array(
		select jsonb_build_object('account_id', l.account_id, 'login_id', l.id, 'refresh_id', l.refresh_id, 'next_refresh_id', gen_random_uuid())
		from public.logins as l where l.ended_at is null and l.account_id between 9001 and 9003 order by random() limit 4));
	perform test.answers('logins.end', variadic array(
		select jsonb_build_object('account_id', l.account_id, 'login_id', l.id)
		from public.logins as l where l.ended_at is null and l.account_id between 9001 and 9003 order by random() limit 2));
end
$$;
