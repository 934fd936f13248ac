-- Revert studytracker:account_days from pg

begin;

create or replace function account_today(time_zone text, day_starts_at time) returns date
	language sql stable parallel safe
	return (coalesce(local_time(now(), time_zone), now()::timestamp) - day_starts_at::interval)::date;

create or replace function account_day(time_zone text, day_starts_at time, instant timestamptz) returns date
	language sql stable parallel safe
	return ((instant at time zone coalesce(time_zone, current_setting('TimeZone')))
		- day_starts_at::interval)::date;

commit;
