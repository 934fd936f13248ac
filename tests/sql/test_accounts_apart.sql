-- No statement reads or changes rows of another account. Each prepared statement gets a batch: a
-- request of account 2 with ids and keys of account 11, a request of account 3 with ids and keys
-- that nobody has, and, if it only reads, a request of account 11 itself. The first two must get
-- the same response, and the rows of account 11 must not change. The story of the same name calls
-- what clients can call with more values.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();
\ir every_table.sql
select pg_temp.fill(11);
insert into account_passwords (account_id, hash) values (2, 'hash'), (3, 'hash');

-- For admins, or before the account is known, or of no account.
create temp table exempt as
select name from pg_prepared_statements
where name ~ '^(accounts|lanes|totals|workers)\.|\.purge$' or name in ('credentials.get', 'identities.create', 'passwords.find');

create temp table statements as
select name, params_of(statement) as params, parameter_types, statement !~* '\m(insert into|update|delete from)\M' as is_read
from pg_prepared_statements
where name not in (select name from exempt);
select is_empty($$select name from statements where not params && array['account_id', 'holder_id']$$,
	'every other statement has an account');

-- A value of the owner. Whoever sends it, texts are the same: the names of account 11.
create function pg_temp.value_of(owner bigint, method text, name text, type text) returns jsonb
	language sql as $$
	select case
		when name in ('topic_ids', 'attendee_ids') then jsonb_build_array(owner * 100 + 1)
		when type = 'bigint' and name ~ '_id$' then to_jsonb(owner * 100 + 1)
		when type = 'uuid' then to_jsonb(id(owner * 100 + 1))
		when name = 'idempotency_key' then to_jsonb(method || ' of ' || owner)
		when name in ('name', 'title', 'tag', 'q') then '"Topic 1"'
		when method = 'organizations.create' and name = 'type' then '"host"'
		when name = 'scopes' then '["read"]'
		when name in ('lifetime_s', 'minutes', 'duration_minutes') then '60'
		when name = 'expires_at' then '"2100-01-01T00:00:00Z"'
		when type = 'bigint' then '3'
		when type = 'boolean' then 'true'
		when type = 'double precision' then '1'
		when type = 'date' then '"2026-11-20"'
		when type = 'time without time zone' then '"10:00"'
		when type like 'timestamp%' then '"2026-11-20T10:00:00Z"'
		when type = 'jsonb' then '[]'
		else 'null'
	end
	$$;

create function pg_temp.request_of(account bigint, owner bigint, s statements) returns jsonb
	language sql as $$
	select jsonb_object_agg(p.name, pg_temp.value_of(owner, s.name, p.name, replace(s.parameter_types[p.number]::text, '[]', '')))
		|| jsonb_build_object('account_id', account, 'actor_id', account, 'holder_id', account,
			'checked_hash', 'hash', 'hash', 'hash')
	from unnest(s.params) with ordinality as p (name, number)
	where p.name !~ '^(has_.*|if_.*match|cursor.*|limit|sort)$'
	$$;

-- Without what differs between accounts by itself.
create function pg_temp.plain(response jsonb) returns text
	language sql as $$
	select string_agg(e.key || '=' || e.value, ' ' order by e.key)
	from jsonb_each(response) as e
	where e.key !~ '(^|_)(id|at|credential|token|cursor)$'
	$$;

create temp table response (method text, ord bigint, content jsonb);
create function pg_temp.run(s statements) returns void
	language plpgsql as $$
declare
	r record;
	requests jsonb[] := array[pg_temp.request_of(2, 11, s), pg_temp.request_of(3, 999, s)];
begin
	if s.is_read then
		requests := requests || pg_temp.request_of(11, 11, s);
	end if;
	for r in execute call_of(s.name, variadic requests) loop
		insert into response values (s.name, r.ord, to_jsonb(r) - 'ord');
	end loop;
end
$$;

-- The rows of account 11 in every table.
create function pg_temp.digests() returns table (name text, digest text)
	language plpgsql as $$
begin
	for name in select t.name from account_tables() as t union all values ('accounts') loop
		execute format('select md5(string_agg(t::text, %L order by t::text)) from %I as t where account_id = 11', ' ', name)
		into digest;
		return next;
	end loop;
end
$$;

insert into idempotency_keys (account_id, key, fingerprint, answer)
select 11, s.name || ' of 11', '\x00', '{"id": 1101}' from statements as s;
create temp table before as select * from pg_temp.digests();
select is_empty('select name from before where digest is null', 'the test has rows in every table');

select pg_temp.run(s) from statements as s order by s.name;

select set_eq('select name, digest from pg_temp.digests()', 'select name, digest from before', 'the rows of account 11 are unchanged');
select results_eq(
	format('select pg_temp.plain(content) from response where method = %L and ord = 1 order by 1', name),
	format('select pg_temp.plain(content) from response where method = %L and ord = 2 order by 1', name),
	name || ': what is of account 11 is like what nobody has')
from statements
where name not in ('account.export', 'security_events.list') -- they show what the calls above have done
order by name;
select is_empty($$select method, content from response
		where (ord = 2 or ord = 1 and method in ('account.export', 'security_events.list'))
			and content::text ~ '\m11[0-9][0-9]\M|0000000044[0-9a-f]\M'$$,
	'nobody gets an id of account 11 that he has not sent');

-- So that the responses above are not the same only because requests are wrong: each reader finds
-- what is its own.
select set_eq($$select distinct name from statements as s where is_read and name ~ '\.get$' and name <> 'skill_progress.get' -- a trigger makes its rows
		and not exists (select from response as r where r.method = s.name and r.ord = 3 and r.content ->> 'outcome' is null)$$,
	array[]::name[], 'account 11 reads its own rows');

-- Account 2 uses the same ids and names for its own rows.
create temp table logged as execute "sessions.log"('{2,2}', ids(2, 3), '{5,6}', '{Topic 1,Own}', '{null,null}', '{null,null}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select tag, minutes, created from logged', $$values ('Topic 1', 5, true), ('Own', 6, true)$$,
	'account 2 logs with the same names');
select isnt((select topic_id from logged where ord = 1), 1101::bigint, 'on its own topic');
select set_eq('select name, digest from pg_temp.digests()', 'select name, digest from before', 'of account 11, nothing is changed');
select totals_are_right('after all statements');
select * from finish();
rollback;
