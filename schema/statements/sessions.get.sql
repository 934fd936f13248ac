select r.ord, null::text as outcome, s.id, s.topic_id, t.name as tag, s.study_date, s.duration_minutes,
	s.duration_minutes as minutes, s.notes, s.created_at, s.updated_at, s.created_at as "timestamp"
from unnest($1::int8[], $2::uuid[]) with ordinality as r (account_id, session_id, ord)
cross join lateral ( -- by the primary key: a condition on deleted_at would admit other indexes
	select *
	from sessions as s
	where s.account_id = r.account_id and s.id = r.session_id
	limit 1
) as s
cross join lateral (
	select t.name
	from topics as t
	where t.account_id = s.account_id and t.id = s.topic_id
	limit 1
) as t
where s.deleted_at is null
order by r.ord
