-- Deploy studytracker:zone_spelling to pg
-- requires: account_days
-- requires: account_versions

begin;

-- As in time_zones, and the name must be spelled as in the tz database. PostgreSQL ignores case
-- ("europe/berlin"); other readers of the database, such as `study import`, find no such file.
create or replace function is_time_zone(zone text) returns boolean
	language plpgsql immutable strict parallel unsafe
	set timezone to 'UTC' -- and back at the end: set_config answers the name as the database spells it
as $$
begin
	if zone like 'right/%' or zone !~ ('^(posix/)?([A-Za-z_]+(/[A-Za-z_-]+)+'
		|| '|Etc/GMT(\+([1-9]|1[0-2])|-([1-9]|1[0-4]))'
		|| '|(Etc/)?GMT[+-]?0|CET|CST6CDT|Cuba|EET|EST|EST5EDT|Egypt|Eire|Factory|GB|GB-Eire|GMT'
		|| '|Greenwich|HST|Hongkong|Iceland|Iran|Israel|Jamaica|Japan|Kwajalein|Libya|MET|MST'
		|| '|MST7MDT|NZ|NZ-CHAT|Navajo|PRC|PST8PDT|Poland|Portugal|ROC|ROK|Singapore|Turkey|UCT|UTC'
		|| '|Universal|W-SU|WET|Zulu|localtime|posixrules)$') then
		return false;
	end if;
	return set_config('TimeZone', zone, true) = zone;
exception
	when invalid_parameter_value then
		return false;
end
$$;

update accounts as a
set time_zone = z.name, updated_at = next_update(a.updated_at)
from pg_timezone_names as z
where lower(z.name) = lower(a.time_zone) and not is_time_zone(a.time_zone);

commit;
