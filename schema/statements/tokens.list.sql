-- In the order of ids, which is the order of creation, without those that are not valid any more.
select r.ord, null::text as outcome,
	{{>token_columns}}, t.id || '~' || t.id as next_cursor
from unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[]) with ordinality
	as r (account_id, "limit", cursor_key, cursor_id, ord)
cross join lateral (
	select *
	from (
		select *
		from tokens as t
		where t.account_id = r.account_id and t.revoked_at is null
			and coalesce(t.expires_at, 'infinity') > now()
		order by coalesce(t.expires_at, 'infinity') -- by tokens_valid: others may have many expired ones
		limit 100
	) as t
	where t.id > coalesce(r.cursor_id, 0)
	order by t.id
	limit least(r."limit", 500) + 1
) as t
order by r.ord, t.id
