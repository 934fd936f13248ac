-- Revert studytracker:zone_spelling from pg

begin;

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

commit;
