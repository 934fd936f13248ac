-- Revert studytracker:named_instants from pg

begin;

-- A parameter's name can be added, but not removed.
drop function local_time_refusal(bigint, text);
drop function is_local_time(bigint, text);
drop function instant_of(bigint, text);

create function instant_of(account_id bigint, text) returns timestamptz
	language sql stable strict parallel safe
	begin atomic
		select case
			when $2 like '%Z' then $2::timestamptz
			else (
				select instant_of_clock($2::timestamp, a.time_zone)
				from accounts as a
				where a.account_id = $1
			)
		end;
	end;

create function is_local_time(account_id bigint, text) returns boolean
	language sql stable parallel safe
	return $2 is null or $2 like '%Z' or instant_of($1, $2) is not null;

create function local_time_refusal(account_id bigint, text) returns text
	language sql stable parallel safe
	return case
		when is_local_time($1, $2) then null
		when $2::timestamp < '1900-01-03' or $2::timestamp >= '9999-12-30'
			then 'must be in the years 1900 to 9999, also in UTC'
		else 'is a time that the account''s clocks skip'
	end;

commit;
