select r.ord, null::text as outcome,
	{{>token_columns}}
from unnest($1::int8[], $2::int8[]) with ordinality as r (account_id, token_id, ord)
cross join lateral ( -- by the primary key: a condition on revoked_at would fit another index, too
	select *
	from tokens as t
	where t.account_id = r.account_id and t.id = r.token_id
	limit 1
) as t
where t.revoked_at is null
order by r.ord
