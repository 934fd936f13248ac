-- Revert studytracker:instant_years from pg

begin;

drop function local_time_refusal(bigint, text);
create or replace function instant_of_clock(shown timestamp, zone text) returns timestamptz
	language sql stable parallel safe
	begin atomic
		select min(c.instant)
		from unnest(array[interval '-1 day', interval '1 day']) as probe (distance)
		cross join lateral (select shown + probe.distance as utc) as p
		cross join lateral (select p.utc at time zone 'UTC' as instant) as near
		cross join lateral (
			select (shown - (coalesce(local_time(near.instant, zone), near.instant::timestamp) - p.utc))
				at time zone 'UTC' as instant
		) as c
		where coalesce(local_time(c.instant, zone), c.instant::timestamp) = shown
			and c.instant < '10000-01-01 00:00Z';
	end;

commit;
