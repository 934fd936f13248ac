-- Deploy studytracker:valid_tokens to pg
-- requires: credentials
--
-- A token that has expired is kept, because security events name it, but does not count.
-- No transaction around the file: see docs/migrations.md.

-- Finds the few valid tokens of an account among any number of expired ones.
set lock_timeout = 0;
set client_min_messages = warning; -- the index is usually not there
drop index concurrently if exists tokens_valid;
create index concurrently tokens_valid on tokens (account_id, coalesce(expires_at, 'infinity'))
	where revoked_at is null;

-- How many tokens of the account are valid, at most 100, also those that were stored after the statement began.
-- The order makes PostgreSQL use the index, whatever it knows about the table.
create or replace function count_tokens(account_id bigint) returns bigint
	language sql volatile strict
	begin atomic
		select count(*)
		from (
			select
			from tokens as t
			where t.account_id = $1 and t.revoked_at is null and coalesce(t.expires_at, 'infinity') > now()
			order by coalesce(t.expires_at, 'infinity')
			limit 100
		) as valid;
	end;
