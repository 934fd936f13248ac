-- Revert studytracker:time_zones from pg

begin;

create or replace function account_today(time_zone text, day_starts_at time) returns date
	language sql stable parallel safe
	return ((now() at time zone coalesce(time_zone, current_setting('TimeZone')))
		- day_starts_at::interval)::date;

drop function local_time(timestamptz, text);

create or replace function is_time_zone(zone text) returns boolean
	language sql immutable strict parallel safe
	return zone ~ '^(UTC|Etc/GMT[+-][0-9]{1,2}|[A-Za-z_]+(/[A-Za-z_-]+)+)$'
		and (timestamptz 'epoch' at time zone zone) is not null;

commit;
