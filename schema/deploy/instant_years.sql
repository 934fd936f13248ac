-- Deploy studytracker:instant_years to pg
-- requires: local_instants

begin;

-- As before, but null also for an instant before the year 1900, which no request could give again.
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
			and c.instant < '10000-01-01 00:00Z'
			and c.instant >= '1900-01-01 00:00Z';
	end;

-- Why a LOCAL_INSTANT stands for no instant; null if it stands for one.
create function local_time_refusal(account_id bigint, text) returns text
	language sql stable parallel safe
	return case
		when is_local_time($1, $2) then null
		when $2::timestamp < '1900-01-03' or $2::timestamp >= '9999-12-30'
			then 'must be in the years 1900 to 9999, also in UTC'
		else 'is a time that the account''s clocks skip'
	end;

commit;
