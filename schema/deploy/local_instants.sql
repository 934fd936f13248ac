-- Deploy studytracker:local_instants to pg
-- requires: account_days

begin;

-- When the clocks of a zone (null: the connection's) show a time; null if they never do. Of two times,
-- the first. The zone's offsets of a day before and a day after are the only ones that may apply.
create function instant_of_clock(shown timestamp, zone text) returns timestamptz
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

-- The instant that a LOCAL_INSTANT stands for (common/method.h): "2026-01-31T18:30:00.000000Z", or the
-- same without Z, which is what clocks show in the account's zone. null if they never show it.
create function instant_of(account_id bigint, text) returns timestamptz
	language sql stable strict parallel safe
	begin atomic
		select case
			when $2 like '%Z' then $2::timestamptz
			else (
				select instant_of_clock($2::timestamp, a.time_zone)
				from accounts as a
				where a.account_id = $1
			)
		end;
	end;

-- False for a text that names no instant: a time that the account's clocks skip. A null names none either,
-- but there is nothing to refuse.
create function is_local_time(account_id bigint, text) returns boolean
	language sql stable parallel safe
	return $2 is null or $2 like '%Z' or instant_of($1, $2) is not null;

commit;
