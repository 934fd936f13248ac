select r.ord, null::text as outcome,
	{{>account_columns}}
from unnest($1::int8[], $2::int8[]) with ordinality as r (actor_id, account_id, ord)
cross join lateral (
	select *
	from accounts as a
	where a.account_id = r.account_id
	limit 1
) as a
where a.status <> 'deleted'
order by r.ord
