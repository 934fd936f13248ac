-- Revert studytracker:day_starts from pg

begin;

create or replace function account_day_start(account_id bigint, day date) returns timestamptz
	language sql stable strict
	begin atomic
		select coalesce(local_instant($2 + a.day_starts_at, a.time_zone),
			($2 + a.day_starts_at)::timestamptz)
		from accounts as a
		where a.account_id = $1;
	end;
drop function first_shown(timestamp, text);

commit;
