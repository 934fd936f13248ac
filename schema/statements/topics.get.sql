select r.ord, null::text as outcome, t.id, t.name, t.description, t.created_at, t.updated_at,
	t.archived_at
from unnest($1::int8[], $2::int8[]) with ordinality as r (account_id, topic_id, ord)
cross join lateral ( -- the primary key alone: no partial index fits
	select *
	from topics as t
	where t.account_id = r.account_id and t.id = r.topic_id
	limit 1
) as t
where t.deleted_at is null
order by r.ord
