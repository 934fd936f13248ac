-- accounts.insert, identities.create and create_admin: new accounts, and names that are taken.
\getenv prepare_all PREPARE_ALL
begin;
\i :prepare_all
select no_plan();

-- The forms of names, as common/account_name.h has them.
select is_empty($$select name from unnest(array['ada', 'ada.l-o_v+e''l!ace', 'Адаé字', repeat('a', 64)]) as name where not is_username(name)$$,
	'usernames');
select is_empty($$select name from unnest(array['', ' ', 'ada l', 'ada ', E'ada\n', U&'ada\00a0l', U&'ad\200ba', U&'\202eada', E'ada\x1b',
	'ada@example.org', '@', U&'e\0301', repeat('a', 65)]) as name where is_username(name)$$, 'no usernames');
select is_empty($$select email from unnest(array['ada@example.org', 'a.d-a+x@mail.example.co.uk', 'ада@пример.рф', 'ada@localhost',
	repeat('a', 242) || '@example.org']) as email where not is_email(email)$$, 'e-mails');
select is_empty($$select email from unnest(array['', 'ada', '@example.org', 'ada@', 'ada@example', 'ada@.example.org', 'ada@example.org.',
	'ada@example..org', 'ada@.', '@', 'ada@b@example.org', 'ada@example.org@', 'ada @example.org', ' ada@example.org',
	U&'ada@exam\200bple.org', repeat('a', 243) || '@example.org']) as email where is_email(email)$$, 'no e-mails');

create function pg_temp.shown(answer jsonb) returns jsonb
	language sql as $$
	select jsonb_agg(answer -> k.name order by k.place) from unnest('{name,username,email,role,status,week_start,day_starts_at}'::text[])
		with ordinality as k (name, place)
	$$;
create function pg_temp.events() returns setof jsonb
	language sql as $$
	select jsonb_build_array(a.username, e.kind, e.credential, e.address, e.details)
	from security_events as e left join accounts as a using (account_id) order by e.id
	$$;
create function pg_temp.passwords() returns setof text
	language sql as $$
	select a.username || ' ' || p.hash from account_passwords as p join accounts as a using (account_id) order by 1
	$$;

-- insert
select results_eq($$select ord, outcome, pg_temp.shown(answer) from answers('accounts.insert',
	'{"username": "Ada", "email": "Ada@Example.org", "name": "Ada L", "role": "learner", "hash": "h1", "caller_address": "192.0.2.1", "caller_scopes": 0}',
	'{"username": "root", "role": "admin", "hash": "h2", "caller_scopes": 14, "caller_credential": "token 3", "caller_address": "192.0.2.2"}',
	'{"username": "ADA", "role": "learner", "hash": "h3", "caller_scopes": 6}',
	'{"username": "ada2", "email": "ada@example.ORG", "role": "learner", "hash": "h4"}',
	'{"username": "e\u0301", "role": "learner", "hash": "h5"}')$$, $$values
	(1::bigint, null::text, '["Ada L", "Ada", "Ada@Example.org", "learner", "active", 1, "00:00:00"]'::jsonb),
	(2, null, '["root", "root", null, "admin", "active", 1, "00:00:00"]'),
	(3, 'USERNAME_TAKEN', '[null, null, null, null, null, null, null]'),
	(4, 'EMAIL_TAKEN', '[null, null, null, null, null, null, null]'),
	(5, null, '["é", "é", null, "learner", "active", 1, "00:00:00"]')$$, 'insert: a batch; the first request gets a name');
select results_eq('select pg_temp.passwords()', $$values ('Ada h1'), ('root h2'), ('é h5')$$, 'insert: stores the passwords');
select results_eq('select pg_temp.events()', $$values
	('["Ada", "account_created", null, "192.0.2.1", {"role": "learner"}]'::jsonb),
	('["root", "account_created", "token 3", "192.0.2.2", {"by": 1, "role": "admin"}]'),
	('["é", "account_created", null, null, {"role": "learner"}]')$$, 'insert: one event each, with the admin who did it');
select results_eq($$select ord, outcome from answers('accounts.insert',
	'{"username": "aDa", "email": "new@example.org", "role": "learner", "hash": "h"}',
	'{"username": "new", "email": "ADA@example.org", "role": "learner", "hash": "h"}',
	'{"username": "E\u0301", "role": "learner", "hash": "h"}',
	'{"username": "new", "role": "learner", "hash": "h"}',
	'{"username": "other", "role": "learner", "hash": "h"}')$$, $$values
	(1::bigint, 'USERNAME_TAKEN'), (2, 'EMAIL_TAKEN'), (3, 'USERNAME_TAKEN'), (4, null), (5, null)$$,
	'insert: names that other accounts have; a refused request of the batch takes no name');
select is((select count(*) from accounts where account_id > 3), 5::bigint, 'insert: a refused request makes no account');
update accounts set status = 'deleted', closed_at = now(), username = null, email = null where username = 'Ada';
select results_eq($$select ord, outcome from answers('accounts.insert',
	'{"username": "ada", "email": "ada@example.org", "role": "learner", "hash": "h"}')$$, 'values (1::bigint, null::text)',
	'insert: the names of a deleted account are free');

-- create_admin
create function pg_temp.admin(username text, email text, hash text, claims_first boolean) returns jsonb
	language plpgsql as $$
declare
	made record;
begin
	made := create_admin(username, email, hash, claims_first);
	return (select jsonb_build_array(made.outcome, a.account_id = 1, a.name, a.username, a.email, a.role)
		from (values (made.account_id)) as m (id) left join accounts as a on a.account_id = m.id);
end
$$;
select is(pg_temp.admin(username, email, 'h', claims_first), jsonb_build_array(outcome, null, null, null, null, null), 'create_admin: ' || what)
from (values ('a taken username', 'ROOT', null, false, 'USERNAME_TAKEN'), ('a taken username, for account 1', 'ROOT', null, true, 'USERNAME_TAKEN'),
	('a taken e-mail', 'boss', 'ADA@example.org', false, 'EMAIL_TAKEN'), ('no username', null, null, false, 'INVALID_INPUT'),
	('a blank in the username', 'a b', null, true, 'INVALID_INPUT'), ('what is no e-mail', 'boss', 'boss', false, 'INVALID_INPUT'))
	as t (what, username, email, claims_first, outcome);
select is((select username from accounts where account_id = 1), null, 'create_admin: a refusal changes nothing');
select is(pg_temp.admin('Boss', 'boss@example.org', 'h1', true), '[null, true, "Boss", "Boss", "boss@example.org", "admin"]', 'create_admin: claims account 1');
select is(password_hash(1), 'h1', 'create_admin: stores its password');
select is(pg_temp.admin('boss2', null, 'h', true), '["ACCOUNT_CLAIMED", null, null, null, null, null]', 'create_admin: account 1 is claimed once');
select is(pg_temp.admin('boss2', null, 'h2', false), '[null, false, "boss2", "boss2", null, "admin"]', 'create_admin: makes an account');
select is(password_hash(account_id), 'h2', 'create_admin: stores its password') from accounts where username = 'boss2';
select results_eq($$select a.username, e.details from security_events as e join accounts as a using (account_id)
	where a.username ~ '[bB]oss' and e.kind = 'account_created' order by 1 desc$$, $$values
	('boss2', '{"by": "operator", "role": "admin"}'::jsonb), ('Boss', '{"by": "operator", "role": "admin"}')$$, 'create_admin: one event each');
update accounts set username = null, email = null, name = 'Ana' where account_id = 1;
delete from account_passwords where account_id = 1;
select is(pg_temp.admin('boss', 'boss@example.org', 'h', true), '[null, true, "Ana", "boss", "boss@example.org", "admin"]', 'create_admin: account 1 keeps a name that its owner gave it');
-- Without accounts somebody may have named account 1, but that does not make him its owner.
delete from account_passwords where account_id = 1;
update accounts set username = 'named', email = 'named@example.org' where account_id = 1;
select is(pg_temp.admin('named', null, 'h', false), '["USERNAME_TAKEN", null, null, null, null, null]', 'create_admin: account 1 has its name');
select is(pg_temp.admin('NAMED', null, 'h', true), '[null, true, "Ana", "NAMED", "named@example.org", "admin"]', 'create_admin: claims account 1 with a name');

select * from finish();
rollback;
