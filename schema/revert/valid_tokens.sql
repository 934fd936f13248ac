-- Revert studytracker:valid_tokens from pg

begin;

create or replace function count_tokens(account_id bigint) returns bigint
	language sql volatile strict
	begin atomic
		select count(*) from tokens as t where t.account_id = $1 and t.revoked_at is null;
	end;
drop index tokens_valid;

commit;
