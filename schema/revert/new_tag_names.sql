-- Revert studytracker:new_tag_names from pg

begin;

create or replace function tag_names_now(account_id bigint, ids bigint[]) returns text[]
	language sql volatile strict
	begin atomic
		select tag_names($1, $2);
	end;

commit;
