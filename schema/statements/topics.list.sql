-- In the order of ids, which is that of their creation.
with request as materialized (
	select r.ord, r.account_id, least(r."limit", 500) + 1 as row_limit,
		coalesce(r.sort, 'created_at') as sort, r.cursor_key, r.archived, text_key(r.q) as q_key
	from unnest($1::int8[], $2::int8[], $3::int8[], $4::uuid[], $5::text[], $6::text[], $7::bool[])
		with ordinality
		as r (account_id, "limit", cursor_key, cursor_id, sort, q, archived, ord)
)
select r.ord, null::text as outcome, t.id, t.name, t.description, t.created_at, t.updated_at,
	t.archived_at, t.id::text as next_cursor
from request as r
cross join lateral (
	(
		select t.*, t.id as place
		from topics as t
		where r.sort = 'created_at' and t.account_id = r.account_id
			and t.id > coalesce(r.cursor_key, 0)
			and t.deleted_at is null
			and (r.archived is null or r.archived = (t.archived_at is not null))
			and (r.q_key is null or strpos(t.name_key, r.q_key) > 0
				or strpos(text_key(t.description), r.q_key) > 0)
		order by t.id
		limit r.row_limit
	)
	union all
	(
		select t.*, -t.id as place
		from topics as t
		where r.sort = '-created_at' and t.account_id = r.account_id
			and t.id < coalesce(r.cursor_key, 9223372036854775807)
			and t.deleted_at is null
			and (r.archived is null or r.archived = (t.archived_at is not null))
			and (r.q_key is null or strpos(t.name_key, r.q_key) > 0
				or strpos(text_key(t.description), r.q_key) > 0)
		order by t.id desc
		limit r.row_limit
	)
) as t
order by r.ord, t.place
