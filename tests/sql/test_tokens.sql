-- tokens.*: personal tokens, what they may do, and the events of each.
\getenv prepare_all PREPARE_ALL
begin;
\i :prepare_all
select no_plan();

insert into accounts (account_id, name, username, role, status) values
	(10, 'Ada', 'ada', 'learner', 'active'), (11, 'Root', 'root', 'admin', 'active'), (12, 'Out', 'out', 'learner', 'disabled');
select set_password_hash(id, 'hash of ' || id) from unnest('{10,11,12}'::bigint[]) as id;

create temp table told (id bigint);
create function pg_temp.events() returns setof jsonb
	language sql as $$
	with fresh as (
		insert into told select e.id from security_events as e where e.id not in (select t.id from told as t) returning id
	)
	select jsonb_strip_nulls(to_jsonb(e) - '{id,at}'::text[]) from fresh as f join security_events as e using (id) order by e.id
	$$;

-- create
create temp table made as select * from answers('tokens.create',
	'{"account_id": 10, "name": "e\u0301 laptop", "scopes": ["write", "read", "write"], "caller_scopes": 6, "caller_credential": "login 1", "caller_address": "192.0.2.1"}',
	jsonb_build_object('account_id', 11, 'name', 'all', 'scopes', '["admin"]'::jsonb, 'caller_scopes', 14, 'expires_at', now() + interval '1 s'),
	'{"account_id": 12, "name": "more", "scopes": ["read", "admin"], "caller_scopes": 6}',
	'{"account_id": 1, "name": "none", "scopes": ["read"]}',
	jsonb_build_object('account_id', 2, 'name', 'old', 'scopes', '["read"]'::jsonb, 'caller_scopes', 2, 'expires_at', now()));
select results_eq($$select ord, outcome, answer -> 'name', answer -> 'scopes', answer -> 'expires_at', answer -> 'last_used_on', answer ->> 'token' ~ '^st_[0-9a-f]{64}$' from made$$,
	$$values (1::bigint, null::text, '"é laptop"'::jsonb, '["read", "write"]'::jsonb, 'null'::jsonb, 'null'::jsonb, true),
	(2, null, '"all"', '["admin"]', to_jsonb(now() + interval '1 s'), 'null', true),
	(3, 'SCOPE_MISSING scopes: a token cannot have more scopes than the credentials that make it', 'null', 'null', 'null', 'null', null),
	(4, 'SCOPE_MISSING scopes: a token cannot have more scopes than the credentials that make it', 'null', 'null', 'null', 'null', null),
	(5, 'INVALID_INPUT expires_at: expires_at must be in the future', 'null', 'null', 'null', 'null', null)$$,
	'create: scopes of the caller only, each once');
select results_eq('select t.account_id, t.id, t.name from tokens as t order by 1',
	$$select u.account, (m.answer ->> 'id')::bigint, m.answer ->> 'name' from unnest('{10,11}'::bigint[]) with ordinality as u (account, ord) join made as m using (ord)$$,
	'create: a refused request makes no token');
select results_eq('select encode(t.hash, ''hex'') from tokens as t order by t.id',
	$$select encode(sha256((answer ->> 'token')::bytea), 'hex') from made where outcome is null order by (answer ->> 'id')::bigint$$, 'create: stores the hash of the whole token');
select is((select count(*) from tokens as t where to_jsonb(t)::text ~ 'st_[0-9a-f]'), 0::bigint, 'create: does not store the token');
select results_eq('select e - ''details'', (e -> ''details'') - ''token_id'' from pg_temp.events() as e', $$values
	('{"account_id": 10, "kind": "token_created", "credential": "login 1", "address": "192.0.2.1"}'::jsonb, '{"name": "é laptop", "scopes": ["read", "write"]}'::jsonb),
	('{"account_id": 11, "kind": "token_created"}', '{"name": "all", "scopes": ["admin"]}')$$, 'create: one event each');
select is((select count(distinct mint_token()) from generate_series(1, 1000)), 1000::bigint, 'mint_token never repeats itself');

-- The 101st token.
insert into tokens (account_id, name, hash, scopes, revoked_at) select 10, 'many', sha256(n::text::bytea), '{read}', case when n > 98 then now() end
from generate_series(1, 200) as n;
select results_eq($$select ord, outcome from answers('tokens.create', '{"account_id": 10, "name": "100th", "scopes": ["read"], "caller_scopes": 6}',
		'{"account_id": 10, "name": "101st", "scopes": ["read"], "caller_scopes": 6}')$$,
	$$values (1::bigint, null), (2, 'INVALID_INPUT: the account has 100 tokens: revoke one first')$$, 'create: the 101st token, in a batch');
select results_eq($$select ord, outcome from answers('tokens.create', '{"account_id": 10, "name": "101st", "scopes": ["read"], "caller_scopes": 6}')$$,
	$$values (1::bigint, 'INVALID_INPUT: the account has 100 tokens: revoke one first')$$, 'create: the 101st token');
insert into tokens (account_id, name, hash, scopes, expires_at) select 12, 'expired', sha256(('old' || n)::bytea), '{read}', now() from generate_series(1, 100) as n;
select results_eq($$select ord, outcome from answers('tokens.create', '{"account_id": 12, "name": "next", "scopes": ["read"], "caller_scopes": 6}')$$,
	'values (1::bigint, null::text)', 'create: expired tokens do not count');

-- list, get
select results_eq($$select answer ->> 'name' from answers('tokens.list', '{"account_id": 12}')$$, $$values ('next')$$, 'list: has no expired tokens');
create temp table ids as select array_agg(id order by id) as live from tokens where account_id = 10 and revoked_at is null;
select is((select ids from read_list('tokens.list', '{"account_id": 10, "limit": 7}')), (select live from ids), 'list: all pages have the live tokens in the order of ids');
select is_empty($$select from answers('tokens.list', '{"account_id": 2}')$$, 'list: of an account without tokens');
select results_eq($$select ord, count(*) from answers('tokens.list', '{"account_id": 11}', '{"account_id": 2}', '{"account_id": 10, "limit": 3}') group by ord order by ord$$,
	'values (1::bigint, 1::bigint), (3, 4)', 'list: a batch');
select results_eq($$select k from answers('tokens.list', '{"account_id": 11}'), jsonb_object_keys(answer) as k order by 1$$,
	$$values ('created_at'), ('expires_at'), ('id'), ('last_used_on'), ('name'), ('next_cursor'), ('scopes')$$, 'list: shows no hash');
select results_eq($$select ord, answer ->> 'name' from answers('tokens.get',
	jsonb_build_object('account_id', 10, 'token_id', (select live[1] from ids)),
	jsonb_build_object('account_id', 11, 'token_id', (select live[1] from ids)),
	jsonb_build_object('account_id', 10, 'token_id', (select min(id) from tokens where revoked_at is not null)),
	'{"account_id": 10, "token_id": 1}')$$, $$values (1::bigint, 'é laptop')$$, 'get: not the token of another account, a revoked or an unknown one');

-- delete
select from pg_temp.events();
select results_eq($$select ord, outcome, answer ->> 'name' from answers('tokens.delete',
	jsonb_build_object('account_id', 11, 'token_id', (select live[1] from ids)),
	jsonb_build_object('account_id', 10, 'token_id', (select live[1] from ids), 'caller_credential', 'key', 'caller_address', '::1'),
	'{"account_id": 10, "token_id": 1}')$$, $$values (2::bigint, null::text, 'é laptop')$$, 'delete: not the token of another account');
select is((select array_agg(id) from tokens where account_id = 10 and revoked_at = now() and name <> 'many'), (select live[1:1] from ids), 'delete: the row stays');
select results_eq('select pg_temp.events()', $$select jsonb_build_object('account_id', 10, 'kind', 'token_revoked', 'credential', 'key', 'address', '::1',
	'details', jsonb_build_object('token_id', live[1], 'name', 'é laptop')) from ids$$, 'delete: is an event');
select is_empty($$select from answers('tokens.delete', jsonb_build_object('account_id', 10, 'token_id', (select live[1] from ids)))$$, 'delete: once');
select is_empty('select pg_temp.events()', 'delete: what is not there is no event');

-- mark_used
select results_eq($$select ord, outcome, answer from answers('tokens.mark_used',
	jsonb_build_object('token_id', (select live[2] from ids), 'holder_id', 10), jsonb_build_object('token_id', (select live[3] from ids), 'holder_id', 11),
	jsonb_build_object('token_id', (select id from tokens where account_id = 11), 'holder_id', 11))$$,
	$$values (1::bigint, null::text, '{"marked": true}'::jsonb), (2, null, '{"marked": false}'), (3, null, '{"marked": true}')$$, 'mark_used: of this account only');
select results_eq('select account_id, last_used_on from tokens where last_used_on is not null order by 1',
	$$values (10::bigint, (now() at time zone 'UTC')::date), (11, (now() at time zone 'UTC')::date)$$, 'mark_used: the day in UTC');
create temp table version as select ctid as place from tokens where account_id = 11;
select from answers('tokens.mark_used', jsonb_build_object('token_id', (select id from tokens where account_id = 11), 'holder_id', 11));
select is((select ctid from tokens where account_id = 11), (select place from version), 'mark_used: writes once a day');
set local TimeZone = 'Pacific/Kiritimati';
update tokens set last_used_on = '2000-01-01' where account_id = 11;
select from answers('tokens.mark_used', jsonb_build_object('token_id', (select id from tokens where account_id = 11), 'holder_id', 11));
select is((select last_used_on from tokens where account_id = 11), (now() at time zone 'UTC')::date, 'mark_used: whatever the time zone of the connection');
set local TimeZone = 'UTC';

-- issue
delete from tokens;
create temp table issued as select * from answers('tokens.issue',
	'{"name": "cli", "holder_id": 10, "is_verified": true, "checked_hash": "hash of 10", "caller_address": "192.0.2.1"}',
	'{"name": "cli", "holder_id": 11, "is_verified": true, "checked_hash": "hash of 11", "hash": "renewed", "scopes": ["read"]}',
	'{"name": "cli", "holder_id": 10, "is_verified": false, "checked_hash": "hash of 10"}',
	'{"name": "cli", "holder_id": null, "is_verified": false}',
	'{"name": "cli", "holder_id": 12, "is_verified": true, "checked_hash": "hash of 12"}',
	'{"name": "cli", "holder_id": 10, "is_verified": true, "checked_hash": "hash of 10", "scopes": ["read", "admin"]}',
	'{"name": "cli", "holder_id": 10, "is_verified": true, "checked_hash": "another hash"}');
select results_eq($$select ord, outcome, answer -> 'scopes', answer -> 'username', answer -> 'role', answer -> 'account_id', answer ->> 'token' ~ '^st_[0-9a-f]{64}$' from issued$$,
	$$values (1::bigint, null::text, '["read", "write"]'::jsonb, '"ada"'::jsonb, '"learner"'::jsonb, '10'::jsonb, true),
	(2, null, '["read"]', '"root"', '"admin"', '11', true), (3, 'INVALID_CREDENTIALS', 'null', '"ada"', '"learner"', '10', null),
	(4, 'INVALID_CREDENTIALS', 'null', 'null', 'null', 'null', null), (5, 'ACCOUNT_DISABLED', 'null', '"out"', '"learner"', '12', null),
	(6, 'SCOPE_MISSING scopes: a token cannot have more scopes than its account', 'null', '"ada"', '"learner"', '10', null),
	(7, 'INVALID_CREDENTIALS', 'null', '"ada"', '"learner"', '10', null)$$, 'issue: for a right password');
select results_eq('select account_id, name, scopes from tokens order by 1', $$values (10::bigint, 'cli', '{read,write}'::text[]), (11, 'cli', '{read}')$$, 'issue: stores the tokens');
select is(password_hash(11), 'renewed', 'issue: stores a renewed hash');
select results_eq('select e - ''details'', (e -> ''details'') - ''token_id'' from pg_temp.events() as e', $$values
	('{"account_id": 10, "kind": "token_created", "address": "192.0.2.1"}'::jsonb, '{"name": "cli", "scopes": ["read", "write"], "by": "password"}'::jsonb),
	('{"account_id": 11, "kind": "token_created"}', '{"name": "cli", "scopes": ["read"], "by": "password"}'),
	('{"account_id": 10, "kind": "login_failed"}', '{"reason": "INVALID_CREDENTIALS"}'),
	('{"account_id": 0, "kind": "login_failed"}', '{"reason": "INVALID_CREDENTIALS"}'),
	('{"account_id": 12, "kind": "login_failed"}', '{"reason": "ACCOUNT_DISABLED"}'),
	('{"account_id": 10, "kind": "login_failed"}', '{"reason": "SCOPE_MISSING"}'),
	('{"account_id": 10, "kind": "login_failed"}', '{"reason": "INVALID_CREDENTIALS"}')$$, 'issue: one event each');
insert into tokens (account_id, name, hash, scopes) select 10, 'many', sha256(n::text::bytea), '{read}' from generate_series(1, 98) as n;
select results_eq($$select ord, outcome from answers('tokens.issue',
	'{"name": "100th", "holder_id": 10, "is_verified": true, "checked_hash": "hash of 10"}',
	'{"name": "101st", "holder_id": 10, "is_verified": true, "checked_hash": "hash of 10"}')$$,
	$$values (1::bigint, null), (2, 'INVALID_INPUT: the account has 100 tokens: revoke one first')$$, 'issue: the 101st token, in a batch');

select * from finish();
rollback;
