-- Deploy studytracker:account_clock to pg
-- requires: account_days

begin;

-- The day it is for an account.
create function account_today(account_id bigint) returns date
	language sql stable strict
	begin atomic
		select account_today(a.time_zone, a.day_starts_at) from accounts as a where a.account_id = $1;
	end;

-- The first day of the account's week that contains the day.
create function account_week(account_id bigint, day date) returns date
	language sql stable strict
	begin atomic
		select $2 - (extract(isodow from $2)::integer - a.week_start + 7) % 7
		from accounts as a
		where a.account_id = $1;
	end;

-- What local_time shows, back to an instant.
create function local_instant(clock timestamp, zone text) returns timestamptz
	language sql immutable strict parallel safe
	return clock at time zone case zone
		when 'CET' then 'Europe/Brussels'
		when 'MET' then 'Europe/Brussels'
		when 'EET' then 'Europe/Athens'
		when 'WET' then 'Europe/Lisbon'
		else zone
	end;

-- When the day begins for an account: account_day of this instant is the day.
create function account_day_start(account_id bigint, day date) returns timestamptz
	language sql stable strict
	begin atomic
		select coalesce(local_instant($2 + a.day_starts_at, a.time_zone),
			($2 + a.day_starts_at)::timestamptz)
		from accounts as a
		where a.account_id = $1;
	end;

-- An instant as responses have it. Values of json columns are formatted here, not by the worker.
create function instant_text(instant timestamptz) returns text
	language sql stable strict parallel safe
	return to_char(instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

commit;
