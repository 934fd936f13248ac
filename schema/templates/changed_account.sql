select a.ord, a.outcome,
	{{>account_columns}}
from (
	select v.ord, v.outcome, v.account_id, v.name, v.username, v.email, v.role, v.status, v.time_zone,
		v.week_start, v.day_starts_at, v.created_at, coalesce(c.updated_at, v.updated_at) as updated_at
	from verdict as v
	left join changed as c on c.account_id = v.account_id
) as a
order by a.ord
