-- Deploy studytracker:time_zones to pg
-- requires: accounts
-- requires: sessions

begin;

-- Whether it is the name of a zone in PostgreSQL's tz database (pg_timezone_names, which reads every
-- file and is too slow here). The pattern keeps out what PostgreSQL takes for a zone without a word:
-- offsets and POSIX rules ("UTC-3", "Europe/Berlin5", "<+03>-3") and abbreviations ("CEST", always
-- summer). Zones of right/ count leap seconds, which PostgreSQL refuses. Names without a slash are a
-- closed list: the tz database adds no more.
create or replace function is_time_zone(zone text) returns boolean
	language plpgsql immutable strict parallel unsafe
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
	perform timestamptz 'epoch' at time zone zone;
	return true;
exception
	when invalid_parameter_value then
		return false;
end
$$;

-- What the clocks of a zone show. "At time zone" takes CET, MET, EET and WET for abbreviations,
-- which have no summer time; as names of zones they are links to these cities.
create function local_time(at timestamptz, zone text) returns timestamp
	language sql immutable strict parallel safe
	return at at time zone case zone
		when 'CET' then 'Europe/Brussels'
		when 'MET' then 'Europe/Brussels'
		when 'EET' then 'Europe/Athens'
		when 'WET' then 'Europe/Lisbon'
		else zone
	end;

-- The day it is for an account: in its zone, or else in the connection's, and not over before
-- its day_starts_at.
create or replace function account_today(time_zone text, day_starts_at time) returns date
	language sql stable parallel safe
	return (coalesce(local_time(now(), time_zone), now()::timestamp) - day_starts_at::interval)::date;

commit;
