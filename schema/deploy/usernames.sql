-- Deploy studytracker:usernames to pg
-- requires: accounts
-- requires: text_keys
-- requires: name_forms

begin;

-- Who an account belongs to. Names and e-mails are compared without case. A username has no "@", so that a
-- log-in by either finds one account. The service's own account has neither until somebody claims it.
create function is_username(name text) returns boolean
	language sql immutable parallel safe
	return char_length(name) between 1 and 64 and name !~ '[ @]' and name = fold_name(name);

-- Enough to find typing errors. Only a mail server can tell whether an address exists.
create function is_email(address text) returns boolean
	language sql immutable parallel safe
	return char_length(address) <= 254 and address ~ '^[^ @]+@([^ @.]+(\.[^ @.]+)+|localhost)$'
		and address = fold_name(address);

alter table accounts
	add column username text check (is_username(username)),
	add column username_key text collate "C" generated always as (text_key(username)) stored,
	add column email text check (is_email(email)),
	add column email_key text collate "C" generated always as (text_key(email)) stored,
	add column role text not null default 'learner' check (role in ('learner', 'admin')),
	add column status text not null default 'active' check (status in ('active', 'disabled', 'deleted')),
	add column closed_at timestamptz,
	add check ((status = 'deleted') = (closed_at is not null)),
	-- The username of a deleted account is free; its rows go later.
	add check (status <> 'deleted' or num_nonnulls(username, email) = 0);

create unique index accounts_username on accounts (username_key);
create unique index accounts_email on accounts (email_key);
create index accounts_closed on accounts (closed_at, account_id) where status = 'deleted';
create index accounts_admins on accounts (account_id) where role = 'admin' and status = 'active';

update accounts set role = 'admin' where account_id = 1;

-- The scopes of a role, and scopes as bits: 1 << SCOPE_READ and so on (common/method.h).
create function role_scopes(role text) returns text[]
	language sql immutable strict parallel safe
	return case role when 'admin' then '{read,write,admin}'::text[] else '{read,write}'::text[] end;
create function scope_bits(scopes text[]) returns integer
	language sql immutable strict parallel safe
	return case when 'read' = any (scopes) then 2 else 0 end
		+ case when 'write' = any (scopes) then 4 else 0 end
		+ case when 'admin' = any (scopes) then 8 else 0 end;

-- Scopes as requests have them, each once and in one order. Null if there are none.
create function token_scopes(scopes jsonb) returns text[]
	language sql immutable strict parallel safe
	begin atomic
		select array_agg(s.scope order by s.place)
		from unnest('{read,write,admin}'::text[]) with ordinality as s (scope, place)
		where $1 ? s.scope;
	end;

commit;
