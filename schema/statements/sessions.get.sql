select r.ord, null::text as outcome, s.id, s.topic_id, s.tag, s.study_date, s.duration_minutes,
	s.minutes, s.notes, s.created_at, s.updated_at, s."timestamp"
from unnest($1::int8[], $2::uuid[]) with ordinality as r (account_id, session_id, ord)
cross join lateral (
	select *
	from session_rows as s
	where s.account_id = r.account_id and s.id = r.session_id and s.deleted_at is null
	limit 1
) as s
order by r.ord
