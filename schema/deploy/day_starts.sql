-- Deploy studytracker:day_starts to pg
-- requires: account_clock

begin;

-- The first instant at which the clocks of a zone show this time, or a later one because they skip it. The
-- zone's offsets of a day before and a day after are the only ones that may apply.
create function first_shown(clock timestamp, zone text) returns timestamptz
	language plpgsql immutable strict parallel safe
as $$
declare
	day_before constant timestamp := clock - interval '1 day';
	day_after constant timestamp := clock + interval '1 day';
	with_old constant timestamptz :=
		(clock - (local_time(day_before at time zone 'UTC', zone) - day_before)) at time zone 'UTC';
	with_new constant timestamptz :=
		(clock - (local_time(day_after at time zone 'UTC', zone) - day_after)) at time zone 'UTC';
	earliest timestamptz := least(with_old, with_new);
	latest timestamptz := greatest(with_old, with_new);
	middle timestamptz;
begin
	if local_time(earliest, zone) >= clock then
		return earliest;
	end if;
	while earliest < latest loop -- the clocks only go forward between the two
		middle := earliest + date_trunc('second', (latest - earliest) / 2);
		if local_time(middle, zone) >= clock then
			latest := middle;
		else
			earliest := middle + interval '1 second';
		end if;
	end loop;
	return latest;
end
$$;

-- When the day begins for an account: the first instant of which account_day is the day, or else a later one.
-- If the clocks go back over day_starts_at, as from 03:00 to 02:00 over 02:30, account_day gives the day
-- before once more, until they show day_starts_at again.
create or replace function account_day_start(account_id bigint, day date) returns timestamptz
	language sql stable strict
	begin atomic
		select first_shown($2 + a.day_starts_at, coalesce(a.time_zone, current_setting('TimeZone')))
		from accounts as a
		where a.account_id = $1;
	end;

commit;
