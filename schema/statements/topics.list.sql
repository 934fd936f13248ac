-- Not generated, although the template costs the same (tests/bench/FINDINGS.md): a cursor is an id
-- alone, no index finds the topics of a search, and a page with `archived` is full, because the
-- index scan compares it. With a filter of the template, pages end after 5,000 compared topics.
-- In the order of ids, which is the order of creation. A search compares at most 5,000 topics. Then
-- the page ends with a marker: a row without id, whose next_cursor continues after the last
-- compared topic.
with request as materialized (
	select r.ord, r.account_id, p.row_limit, p.is_scan, p.q_key, r.archived, r.cursor_key,
		coalesce(r.sort, 'created_at') as sort,
		case when p.is_scan then 5000 else p.row_limit end as scan_limit
	from unnest($1::int8[], $2::int8[], $3::int8[], $4::uuid[], $5::text[], $6::text[], $7::bool[])
		with ordinality
		as r (account_id, "limit", cursor_key, cursor_id, sort, q, archived, ord)
	cross join lateral (
		select least(r."limit", 500) + 1 as row_limit, r.q is not null as is_scan,
			search_key(r.q) as q_key
	) as p
)
select r.ord, null::text as outcome, case when not t.is_marker then t.id end as id, t.name,
	t.description, t.created_at, t.updated_at, t.archived_at, t.id::text as next_cursor
from request as r
cross join lateral (
	select t.*, m.is_marker, row_number() over () as number
	from (
		(
			select t.*, row_number() over (order by t.id) as place
			from topics as t
			where r.sort = 'created_at' and t.account_id = r.account_id
				and t.id > coalesce(r.cursor_key, 0)
				and t.deleted_at is null
				and (r.archived is null or r.archived = (t.archived_at is not null))
			order by t.id
			limit r.scan_limit
		)
		union all
		(
			select t.*, row_number() over (order by t.id desc) as place
			from topics as t
			where r.sort = '-created_at' and t.account_id = r.account_id
				and t.id < coalesce(r.cursor_key, 9223372036854775807)
				and t.deleted_at is null
				and (r.archived is null or r.archived = (t.archived_at is not null))
			order by t.id desc
			limit r.scan_limit
		)
	) as t
	cross join lateral (
		select false as is_marker
		where not r.is_scan or strpos(t.search_key, r.q_key) > 0
		union all
		select true
		where r.is_scan and t.place = r.scan_limit
	) as m
	limit r.row_limit
) as t
order by r.ord, t.number
