-- The newest first, which is the order of ids.
select r.ord, null::text as outcome, e.id, e.at, e.kind, e.credential, e.address, e.details, e.id::text as next_cursor
from unnest($1::int8[], $2::int8[], $3::int8[], $4::uuid[]) with ordinality
	as r (account_id, "limit", cursor_key, cursor_id, ord)
cross join lateral (
	select *
	from security_events as e
	where e.account_id = r.account_id and e.id < coalesce(r.cursor_key, 9223372036854775807)
	order by e.id desc
	limit least(r."limit", 500) + 1
) as e
order by r.ord, e.id desc
