-- accounts.list, .get, .update and .delete, account.close, passwords.set and security_events.list.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

insert into accounts (account_id, name, username, email, role) values
	(11, 'Ada', 'ada', 'ada@example.org', 'admin'), (12, 'Bob', 'bob', null, 'learner'), (13, 'Cem', 'cem', null, 'admin'),
	(14, 'Without password', null, null, 'admin'), (15, 'Éva', 'eva', 'e@example.org', 'learner');
insert into account_passwords (account_id, hash) values (11, 'hash 11'), (12, 'hash 12'), (15, 'hash 15');
insert into logins (account_id, id, kind, refresh_id, session_hash, lifetime_s, expires_at, ended_at, ended_by)
select a, id(a * 10 + n), case n when 1 then 'browser' else 'jwt' end, case when n <> 1 then id(n) end,
	case n when 1 then sha256(convert_to(a::text, 'UTF8')) end, 60, now() + interval '60 s',
	case n when 3 then now() end, case n when 3 then 'logout' end
from unnest('{11,12,13,15}'::bigint[]) as a, generate_series(1, 3) as n;
insert into tokens (account_id, id, name, hash, scopes, expires_at, revoked_at) values
	(12, 1, 'live', sha256('1'), '{read}', null, null), (12, 2, 'old', sha256('2'), '{read}', now() - interval '1 s', null),
	(12, 3, 'revoked', sha256('3'), '{read}', null, now()), (12, 4, 'later', sha256('4'), '{read}', now() + interval '1 day', null);
insert into identities (account_id, issuer, subject) values (12, 'https://id.example.org', 'bob');

create function pg_temp.outcomes(method text, variadic requests jsonb[]) returns text[]
	language sql volatile as $$select array_agg(outcome order by ord) from answers(method, variadic requests)$$;
-- The events that a statement has stored, without those of earlier ones.
create temp table seen as select max(id) as id from security_events;
create function pg_temp.new_events() returns table (account_id bigint, kind text, details jsonb, credential text, address text)
	language sql volatile as $$
	with event as (select * from security_events where id > coalesce((select id from seen), 0)),
	mark as (update seen set id = coalesce((select max(id) from event), id))
	select account_id, kind, details, credential, address from event order by id
	$$;
create function pg_temp.live_logins(account bigint) returns bigint
	language sql volatile as $$select count(*) from logins where account_id = account and ended_at is null$$;

-- accounts.get and .list
select results_eq($$select ord, answer ->> 'username', answer ->> 'email', answer ->> 'role', answer ->> 'status', answer ->> 'effective_time_zone'
	from answers('accounts.get', '{"actor_id": 1, "account_id": 11}', '{"account_id": 999}', '{"account_id": 1}')$$,
	$$values (1::bigint, 'ada', 'ada@example.org', 'admin', 'active', 'UTC'), (3, null, null, 'admin', 'active', 'UTC')$$, 'get: any account by its id');
select results_eq(format('select ids, pages from read_list(''accounts.list'', %L)', jsonb_build_object('limit', n)),
	format('values (''{1,2,3,11,12,13,14,15}''::bigint[], %s)', pages), 'list: by id, pages of ' || n)
from (values (1, 8), (3, 3), (8, 1), (500, 1)) as v (n, pages);
select is((select ids from read_list('accounts.list', jsonb_build_object('limit', 1, 'q', q))), found, 'list: finds ' || q)
from (values ('ADA', '{11}'::bigint[]), ('example.org', '{11,15}'), ('eva', '{15}'), ('with', '{14}'), ('%', '{}'), ('bob', '{12}')) as v (q, found);

-- accounts.update
select is(pg_temp.outcomes('accounts.update', '{"actor_id": 11, "account_id": 12, "name": "Robert", "username": "rob", "email": "rob@example.org"}'),
	'{null}', 'update: names');
select results_eq('select name, username, email, role, status from accounts where account_id = 12',
	$$values ('Robert', 'rob', 'rob@example.org', 'learner', 'active')$$, 'update: the names are stored');
select is(pg_temp.outcomes('accounts.update', '{"account_id": 12, "email": null}'), '{null}', 'update: null clears the e-mail');
select is(pg_temp.outcomes('accounts.update', '{"account_id": 12, "username": "EVA"}', '{"account_id": 13, "email": "E@Example.org"}',
	'{"account_id": 15, "username": "new"}', '{"account_id": 14, "username": "NEW"}', '{"account_id": 999, "role": "admin"}'),
	'{USERNAME_TAKEN,EMAIL_TAKEN,null,USERNAME_TAKEN}', 'update: taken names; an unknown account has no row');
select is_empty('select * from pg_temp.new_events()', 'update: names store no event');
select is(pg_temp.outcomes('accounts.update', '{"actor_id": 11, "account_id": 12, "role": "admin", "caller_credential": "token 7", "caller_address": "192.0.2.1"}'),
	'{null}', 'update: a role');
select results_eq('select * from pg_temp.new_events()', $$values (12::bigint, 'role_changed', '{"from": "learner", "to": "admin", "by": 11}'::jsonb,
	'token 7', '192.0.2.1')$$, 'update: an event for the role');
create temp table version as select updated_at from accounts where account_id = 12;
select is(pg_temp.outcomes('accounts.update', '{"actor_id": 11, "account_id": 12, "role": "learner"}'), '{null}', 'update: back');
select is(pg_temp.outcomes('accounts.update', '{"actor_id": 11, "account_id": 12, "role": "learner", "status": "active"}'), '{null}', 'update: again');
select is((select count(*) from pg_temp.new_events()), 1::bigint, 'update: the same role again stores no event');
select cmp_ok((select updated_at from accounts where account_id = 12), '>', (select updated_at from version), 'update: makes a new version');
select is(pg_temp.live_logins(12), 2::bigint, 'update: a new role ends no log-in');
select is(pg_temp.outcomes('accounts.update', '{"actor_id": 11, "account_id": 12, "status": "disabled"}'), '{null}', 'update: disables');
select is(pg_temp.live_logins(12), 0::bigint, 'update: a disabled account is logged out');
select is((select count(*) from logins where account_id = 12 and ended_by = 'logout'), 1::bigint, 'update: a log-in that had ended stays as it was');
select is(pg_temp.live_logins(15), 2::bigint, 'update: other accounts are not logged out');
select results_eq('select kind, details from pg_temp.new_events()', $$values ('status_changed',
	'{"from": "active", "to": "disabled", "by": 11, "ended_logins": 2}'::jsonb)$$, 'update: an event for the status');
select is(pg_temp.outcomes('accounts.update', '{"actor_id": 11, "account_id": 12, "status": "active"}'), '{null}', 'update: enables');
select results_eq('select kind, details from pg_temp.new_events()', $$values ('status_changed',
	'{"from": "disabled", "to": "active", "by": 11}'::jsonb)$$, 'update: an event for that, too');

-- The last admin with a password. 13 and 14 have none, and account 1 has no owner.
select is(pg_temp.outcomes('accounts.update', '{"account_id": 11, "role": "learner"}'), '{LAST_ADMIN}', 'last admin: not demoted');
select is(pg_temp.outcomes('accounts.update', '{"account_id": 11, "status": "disabled"}'), '{LAST_ADMIN}', 'last admin: not disabled');
select is(pg_temp.outcomes('accounts.delete', '{"actor_id": 11, "account_id": 11}'), '{LAST_ADMIN}', 'last admin: not deleted');
select is(pg_temp.outcomes('account.close', '{"actor_id": 11, "holder_id": 11, "is_verified": true, "checked_hash": "hash 11"}'), '{LAST_ADMIN}',
	'last admin: cannot delete his account');
select is(pg_temp.live_logins(11), 2::bigint, 'last admin: a refused request ends no log-in');
select is_empty('select * from pg_temp.new_events()', 'last admin: a refused request stores no event');
select is(pg_temp.outcomes('accounts.update', '{"account_id": 11, "name": "Ada L.", "role": "admin"}'), '{null}', 'last admin: may change otherwise');
select is(pg_temp.outcomes('accounts.update', '{"account_id": 13, "role": "learner"}', '{"account_id": 14, "status": "disabled"}', '{"account_id": 1, "role": "learner"}'),
	'{null,null,null}', 'last admin: admins without a password may go');
update accounts set role = 'admin' where account_id in (1, 13, 15);
insert into account_passwords (account_id, hash) values (13, 'hash 13');
select is(pg_temp.outcomes('accounts.update', '{"account_id": 15, "role": "learner"}', '{"account_id": 13, "status": "disabled"}',
	'{"account_id": 11, "role": "learner"}'), '{null,null,LAST_ADMIN}', 'last admin: of several requests of a batch, the last is refused');
select is(pg_temp.outcomes('accounts.delete', '{"actor_id": 1, "account_id": 11}'), '{LAST_ADMIN}', 'last admin: a disabled one does not count');
update accounts set status = 'active' where account_id = 13;
select is(pg_temp.outcomes('accounts.delete', '{"actor_id": 1, "account_id": 13}', '{"actor_id": 1, "account_id": 11}'), '{null,LAST_ADMIN}',
	'last admin: of two that would be deleted, one stays');
select is((select count(*) from hold_admins()), 1::bigint, 'last admin: one is left');
update accounts set status = 'active', closed_at = null where account_id = 13;
delete from security_events;

-- Account 1 stays, whether it has an owner or not.
select matches((pg_temp.outcomes('accounts.delete', '{"actor_id": 11, "account_id": 1}'))[1], '^LAST_ADMIN: account 1 ', 'account 1 is not deleted');
insert into account_passwords (account_id, hash) values (1, 'hash 1');
select matches((pg_temp.outcomes('account.close', '{"actor_id": 1, "holder_id": 1, "is_verified": true, "checked_hash": "hash 1"}'))[1],
	'^LAST_ADMIN: account 1 ', 'account 1 is not deleted by its owner');
delete from account_passwords where account_id = 1;

-- passwords.set
select results_eq($$select ord, outcome, answer ->> 'ended_logins' from answers('passwords.set',
	'{"actor_id": 12, "holder_id": 12, "is_verified": false, "checked_hash": "hash 12", "hash": "no"}',
	'{"actor_id": 14, "holder_id": 14, "is_verified": false, "hash": "no"}',
	'{"actor_id": 15, "holder_id": 15, "is_verified": true, "checked_hash": "an older hash", "hash": "no"}',
	'{"actor_id": 11, "holder_id": null, "is_verified": true, "hash": "no"}',
	'{"actor_id": 11, "holder_id": 999, "is_verified": true, "hash": "no"}')$$,
	$$values (1::bigint, 'INVALID_CREDENTIALS', null), (2, 'NO_PASSWORD', null), (3, 'INVALID_CREDENTIALS', null)$$,
	'set: a wrong password, none, one that has changed since; an unknown account has no row');
select results_eq('select account_id, kind from pg_temp.new_events()', $$values (12::bigint, 'password_failed'), (15, 'password_failed')$$,
	'set: an event for each wrong password');
select is_empty($$select * from account_passwords where hash = 'no'$$, 'set: a refused request stores nothing');
select is(pg_temp.live_logins(15), 2::bigint, 'set: a refused request ends no log-in');
select results_eq($$select outcome, answer from answers('passwords.set',
	'{"actor_id": 15, "holder_id": 15, "is_verified": true, "checked_hash": "hash 15", "hash": "new 15", "caller_address": "192.0.2.1"}')$$,
	$$values (null::text, '{"tokens": [], "ended_logins": 2}'::jsonb)$$, 'set: ends the log-ins');
select results_eq('select account_id, kind, details, address from pg_temp.new_events()',
	$$values (15::bigint, 'password_changed', '{"by": 15}'::jsonb, '192.0.2.1')$$, 'set: an event');
select is(pg_temp.live_logins(15), 0::bigint, 'set: no log-in is live');
select is(password_hash(15), 'new 15', 'set: stores the hash');
select results_eq($$select answer -> 'tokens' from answers('passwords.set', '{"actor_id": 11, "holder_id": 12, "is_verified": true, "hash": "new 12"}')$$,
	$$values ('[{"id": 1, "name": "live"}, {"id": 4, "name": "later"}]'::jsonb)$$, 'set: by an admin; shows the tokens that stay');
select is((select details from pg_temp.new_events()), '{"by": 11}', 'set: the event names the admin');
select is((select count(*) from tokens where account_id = 12 and revoked_at is null), 3::bigint, 'set: revokes no token');
select is(pg_temp.outcomes('passwords.set', '{"actor_id": 11, "holder_id": 14, "is_verified": true, "hash": "new 14"}'), '{null}',
	'set: an admin gives a password to an account without one');

-- account.close and accounts.delete
select is(pg_temp.outcomes('account.close', '{"actor_id": 12, "holder_id": 12, "is_verified": false, "checked_hash": "new 12"}'),
	'{INVALID_CREDENTIALS}', 'close: a wrong password');
delete from account_passwords where account_id = 14;
select is(pg_temp.outcomes('account.close', '{"actor_id": 14, "holder_id": 14, "is_verified": false}'), '{NO_PASSWORD}', 'close: no password');
select is_empty($$select * from answers('account.close', '{"actor_id": 999, "holder_id": null, "is_verified": false}')$$, 'close: an unknown account');
select results_eq('select account_id, kind from pg_temp.new_events() where kind <> ''password_changed''', $$values (12::bigint, 'password_failed')$$, 'close: an event for a wrong password');
select is((select status from accounts where account_id = 12), 'active', 'close: a refused request closes nothing');
select results_eq($$select outcome, answer from answers('account.close',
	'{"actor_id": 12, "holder_id": 12, "is_verified": true, "checked_hash": "new 12", "caller_credential": "login 1", "caller_address": "192.0.2.1"}')$$,
	$$values (null::text, '{"deleted": true}'::jsonb)$$, 'close: with the password');
select results_eq('select * from pg_temp.new_events()', $$values (0::bigint, 'account_deleted', '{"by": 12, "account_id": 12, "ended_logins": 0}'::jsonb,
	'login 1', '192.0.2.1')$$, 'close: the event does not go with the account');
select results_eq($$select status, username, email, closed_at is not null from accounts where account_id = 12$$, $$values ('deleted', null, null, true)$$,
	'close: the names are free');
select is_empty('select from identities where account_id = 12 union all select from tokens where account_id = 12 and revoked_at is null
	union all select from account_passwords where account_id = 12', 'close: no credential is left');
select results_eq($$select outcome, answer from answers('accounts.delete', '{"actor_id": 11, "account_id": 15}', '{"actor_id": 11, "account_id": 12}', '{"actor_id": 11, "account_id": 999}')$$,
	$$values (null::text, '{"deleted": true}'::jsonb)$$, 'delete: an account that is closed is not found');
select results_eq('select account_id, kind, details from pg_temp.new_events()',
	$$values (11::bigint, 'account_deleted', '{"by": 11, "account_id": 15, "ended_logins": 0}'::jsonb)$$, 'delete: the event belongs to the admin');
select is_empty(format('select * from answers(%L, %L)', method, '{"actor_id": 11, "account_id": 12, "holder_id": 12, "is_verified": true}'),
	method || ': a closed account is not found')
from unnest('{accounts.get,accounts.update,accounts.delete,passwords.set,account.close}'::text[]) as method;
select is((select ids from read_list('accounts.list', '{}')), '{1,2,3,11,13,14}', 'list: without closed accounts');
select is(pg_temp.outcomes('account.update', '{"account_id": 11, "username": "rob"}'), '{null}', 'the name of a closed account may be taken');

-- A single person may delete the only account.
update accounts set status = 'deleted', closed_at = now(), username = null, email = null where account_id not in (1, 11);
select is(pg_temp.outcomes('account.close', '{"actor_id": 11, "holder_id": 11, "is_verified": true, "checked_hash": "hash 11"}'), '{null}',
	'close: the last admin, without other accounts');

-- security_events.list
delete from security_events;
insert into security_events (account_id, kind, credential, address, details)
select 2 + n % 2, 'login', 'login ' || n, '192.0.2.' || n, jsonb_build_object('n', n) from generate_series(1, 8) as n;
select results_eq($$select answer - 'id' - 'at' - 'next_cursor' from answers('security_events.list', '{"account_id": 2, "limit": 1}')$$, $$values
	('{"kind": "login", "credential": "login 8", "address": "192.0.2.8", "details": {"n": 8}}'::jsonb),
	('{"kind": "login", "credential": "login 6", "address": "192.0.2.6", "details": {"n": 6}}')$$, 'events: the newest first, of the own account');
select is((select ids from read_list('security_events.list', jsonb_build_object('account_id', 3, 'limit', n))),
	(select array_agg(id order by id desc) from security_events where account_id = 3), 'events: pages of ' || n) from unnest('{1,3,4,5}'::int[]) as n;
select * from finish();
rollback;
