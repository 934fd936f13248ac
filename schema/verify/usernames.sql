-- Verify studytracker:usernames on pg

begin;

select username, username_key, email, email_key, role, status, closed_at from accounts where false;
select 1 / count(*) from accounts where account_id = 1 and role = 'admin';
select 1 / (count(*) = 4)::int from pg_class where relname in (
	'accounts_username', 'accounts_email', 'accounts_closed', 'accounts_admins');
select 'is_username(text)'::regprocedure, 'is_email(text)'::regprocedure, 'role_scopes(text)'::regprocedure,
	'scope_bits(text[])'::regprocedure, 'token_scopes(jsonb)'::regprocedure;

rollback;
