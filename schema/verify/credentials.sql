-- Verify studytracker:credentials on pg

begin;

select account_id, hash, renewed_from, changed_at from account_passwords where false;
select account_id, id, kind, refresh_id, session_hash, lifetime_s, created_at, expires_at, ended_at, ended_by
from logins where false;
select account_id, id, name, hash, scopes, expires_at, created_at, last_used_on, revoked_at
from tokens where false;
select account_id, id, issuer, subject, created_at from identities where false;
select account_id, id, at, kind, credential, address, details from security_events where false;
select 1 / (count(*) = 8)::int from pg_class where relname in ('logins_id', 'logins_session', 'logins_live',
	'logins_end', 'tokens_hash', 'tokens_live', 'identities_subject', 'security_events_age');
-- They run as the owner, with a search path that nobody else chooses.
select 1 / (count(*) = 4)::int
from pg_proc
where proname in ('password_hash', 'has_password', 'set_password_hash', 'confirm_password_hash') and prosecdef
	and proconfig = '{"search_path=pg_catalog, public, pg_temp"}';
select 1 / (to_regrole('studytracker_worker') is null
	or not has_table_privilege('studytracker_worker', 'account_passwords', 'select, insert, update, delete'))::int;
select 'hash_bytes(text)'::regprocedure, 'mint_token()'::regprocedure, 'count_tokens(bigint)'::regprocedure,
	'end_logins(bigint, text)'::regprocedure;

rollback;
