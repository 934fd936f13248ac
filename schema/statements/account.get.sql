select r.ord, null::text as outcome, a.account_id as id, a.name, a.time_zone,
	coalesce(a.time_zone, current_setting('TimeZone')) as effective_time_zone,
	a.week_start::int4 as week_start, a.day_starts_at, a.created_at, a.updated_at
from unnest($1::int8[]) with ordinality as r (account_id, ord)
cross join lateral (
	select *
	from accounts as a
	where a.account_id = r.account_id
	limit 1
) as a
order by r.ord
