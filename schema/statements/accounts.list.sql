-- In the order of ids. A search compares at most 5,000 accounts. Then the page ends with a marker:
-- a row without id, whose next_cursor continues after the last compared account.
with request as materialized (
	select r.ord, r.cursor_key, p.row_limit, r.q is not null as is_scan, search_key(r.q) as q_key,
		case when r.q is not null then 5000 else p.row_limit end as scan_limit
	from unnest($1::int8[], $2::int8[], $3::int8[], $4::uuid[], $5::text[]) with ordinality
		as r (actor_id, "limit", cursor_key, cursor_id, q, ord)
	cross join lateral (select least(r."limit", 500) + 1 as row_limit) as p
),
found as materialized (
	select r.ord, f.*
	from request as r
	cross join lateral (
		select a.account_id, m.is_marker, row_number() over () as number
		from (
			select a.*, row_number() over (order by a.account_id) as place
			from accounts as a
			where a.account_id > coalesce(r.cursor_key, 0) and a.status <> 'deleted'
			order by a.account_id
			limit r.scan_limit
		) as a
		cross join lateral (
			select false as is_marker
			where not r.is_scan or strpos(search_key(concat_ws(' ', a.name, a.username, a.email)), r.q_key) > 0
			union all
			select true
			where r.is_scan and a.place = r.scan_limit
		) as m
		limit r.row_limit
	) as f
)
select f.ord, null::text as outcome,
	{{>account_columns}}, f.account_id::text as next_cursor
from found as f
left join lateral (
	select *
	from accounts as a
	where a.account_id = f.account_id
	limit 1
) as a on not f.is_marker
order by f.ord, f.number
