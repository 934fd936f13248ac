-- accounts.purge and events.purge.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();
\ir every_table.sql
select pg_temp.fill(201), pg_temp.fill(202), pg_temp.fill(203);
create temp table before as select * from pg_temp.rows_of(202);
select results_eq('select name from before', 'select name from account_tables() order by 1', 'the test has rows in every table');
insert into account_passwords (account_id, hash) values (1, 'hash');
select is(outcome, null, 'closes the account') from answers('accounts.delete', '{"actor_id": 1, "account_id": 201}');

-- Requests that a gateway has admitted before may still write.
select is(purge_accounts(1000, '1 hour'), 0::bigint, 'purge: the rows stay for a while');
create procedure pg_temp.wait() language sql as $$
	update accounts set closed_at = closed_at - interval '70 seconds' where status = 'deleted';
$$;
call pg_temp.wait();

-- In small batches, whatever the limit.
create function pg_temp.purge_all(row_limit bigint, out calls bigint, out deleted bigint, out most bigint)
	language plpgsql volatile as $$
declare
	done bigint;
begin
	calls := 0; deleted := 0; most := 0;
	loop
		done := purge_accounts(row_limit, '1 hour');
		exit when done = 0 or calls > 1000;
		calls := calls + 1;
		deleted := deleted + done;
		most := greatest(most, done);
	end loop;
end
$$;
create temp table total as select sum(rows) as rows from pg_temp.rows_of(201);
create temp table purged as select * from pg_temp.purge_all(7);
select cmp_ok((select most from purged), '<=', 7::bigint, 'purge: at most so many rows in a call');
select cmp_ok((select deleted from purged), '>=', (select rows::bigint from total) - 10, 'purge: the test deletes rows by many calls');
select cmp_ok((select calls from purged), '>=', 8::bigint, 'purge: many calls');
select is_empty('select * from pg_temp.rows_of(201)', 'purge: no row of the account is left');
select is_empty('select from accounts where account_id = 201', 'purge: the account is gone');
select results_eq('select * from pg_temp.rows_of(202)', 'select * from before', 'purge: the other account keeps every row');
select is((select status from accounts where account_id = 202), 'active', 'purge: the other account is as it was');
select totals_are_right('after a purge');
select cmp_ok(nextval(pg_get_serial_sequence('accounts', 'account_id')), '>', 203::bigint, 'the number of an account is not used again');

-- All at once, and by one call of the statement.
select is(outcome, null, 'closes the account') from answers('accounts.delete', '{"actor_id": 1, "account_id": 203}');
call pg_temp.wait();
execute "accounts.purge"('{1}');
select is_empty('select * from pg_temp.rows_of(203)', 'purge: the statement deletes everything');
select is_empty('select from accounts where account_id = 203', 'purge: also the account');
select results_eq($$select ord, outcome, answer from answers('accounts.purge', '{}')$$, $$values (1::bigint, null::text, '{"deleted": 0}'::jsonb)$$,
	'purge: nothing is left to do');
select results_eq('select * from pg_temp.rows_of(202)', 'select * from before', 'purge: the other account still keeps every row');

-- A row that was added after the account was closed. It belongs to a table that was empty before.
select pg_temp.fill(204);
select is(outcome, null, 'closes the account') from answers('accounts.delete', '{"actor_id": 1, "account_id": 204}');
call pg_temp.wait();
select cmp_ok(purge_accounts(3, '1 hour'), '=', 3::bigint, 'purge: begins');
insert into tokens (account_id, name, hash, scopes) values (204, 'late', sha256('late'), '{read}');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes) values (204, id(204), 20401, '2026-11-21', 5);
select lives_ok('select pg_temp.purge_all(50)', 'purge: goes on');
select is_empty('select * from pg_temp.rows_of(204)', 'purge: also of rows that were added meanwhile');

-- An account with 100,000 sessions and many topics: each call deletes a part of the rows.
insert into accounts (account_id, name, status, closed_at) values (205, 'Large', 'deleted', now() - interval '70 seconds');
insert into topics (account_id, id, name) overriding system value select 205, 300000 + n, 'Topic ' || n from generate_series(1, 500) as n;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
select 205, md5(n::text)::uuid, 300001 + n % 500, date '2020-01-01' + n % 2000, 25 from generate_series(1, 100000) as n;
create temp table call (rows bigint);
create procedure pg_temp.purge_some(count int) language plpgsql as $$
begin
	for i in 1 .. count loop
		insert into call select (answer ->> 'deleted')::bigint from answers('accounts.purge', '{}');
	end loop;
end
$$;
call pg_temp.purge_some(5);
select cmp_ok((select min(rows) from call), '>=', 100::bigint, 'purge: deletes rows');
select cmp_ok((select max(rows) from call), '<=', 2000::bigint, 'purge: at most 2,000');
select cmp_ok((select count(*) from sessions where account_id = 205), '=', (select 100000 - sum(rows)::bigint from call), 'purge: sessions come before their topics');
select cmp_ok(purge_accounts(100000, '0'), '<=', 100::bigint, 'purge: stops when its time is over');
select totals_are_right('after purges of a part');
delete from sessions where account_id = 205;

-- Foreign keys that are checked for each deleted row find their rows by an index.
select is_empty($$
	select f.conrelid::regclass, f.conname
	from pg_constraint as f
	join pg_attribute as a on a.attrelid = f.conrelid and a.attnum = f.conkey[2]
	where f.contype = 'f' and f.connamespace = 'public'::regnamespace and cardinality(f.conkey) = 2
		and not exists (
			select
			from pg_index as i
			where i.indrelid = f.conrelid and i.indkey[0] = f.conkey[1] and i.indkey[1] = f.conkey[2]
				and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', a.attname)))$$,
	'each foreign key but those to topics has an index');

-- events.purge: the oldest, at most 1,000 of each kind of row.
delete from security_events;
delete from logins;
insert into security_events (account_id, kind, at)
select n % 2, 'login_failed', now() - interval '400 days' + make_interval(mins => 1100 - n) from generate_series(1, 2300) as n;
insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at, ended_at, ended_by)
select 202, id(5000 + n), 'jwt', id(n), 60, now() - interval '30 days' + make_interval(mins => n), null, null
from generate_series(-1001, 3) as n
union all
select 202, id(5000 + n), 'jwt', id(n), 60, now() + interval '1 day', now() - interval '30 days' + make_interval(mins => 2010 - n), 'logout'
from generate_series(2009, 2011) as n;
select results_eq($$select outcome, answer from answers('events.purge', '{}')$$, $$values (null::text, '{"events": 1000, "logins": 1000}'::jsonb)$$, 'events: a batch');
select is((select min(at) from security_events), now() - interval '400 days 200 minutes', 'events: the oldest go first');
select results_eq($$select outcome, answer from answers('events.purge', '{}')$$, $$values (null::text, '{"events": 200, "logins": 2}'::jsonb)$$, 'events: the rest');
select results_eq($$select outcome, answer from answers('events.purge', '{}')$$, $$values (null::text, '{"events": 0, "logins": 0}'::jsonb)$$, 'events: nothing is left');
select is((select count(*) from security_events), 1100::bigint, 'events: those of the last 400 days stay');
select is((select count(*) from logins), 6::bigint, 'events: log-ins stay for 30 days after their end');
select * from finish();
rollback;
