with request as materialized (
	select r.*
	from unnest($1::int8[], $2::uuid[], $3::text[], $4::text[]) with ordinality
		as r (account_id, session_id, if_match, if_none_match, ord)
	order by r.account_id, r.session_id
),
session as materialized ( -- locked, in key order
	select r.ord, s.*,
		case
			when not is_match(r.if_match, s.updated_at) or not is_none_match(r.if_none_match, s.updated_at)
				then 'PRECONDITION_FAILED'
		end as outcome
	from request as r
	cross join lateral ( -- the primary key alone: no partial index fits
		select *
		from sessions as s
		where s.account_id = r.account_id and s.id = r.session_id
		limit 1
		for no key update
	) as s
	where s.deleted_at is null
),
deleted as (
	insert into sessions as s (account_id, id, topic_id, study_date, duration_minutes)
	select v.account_id, v.id, v.topic_id, v.study_date, v.duration_minutes
	from session as v
	where v.outcome is null
	order by v.account_id, v.id
	on conflict (account_id, id) do update set deleted_at = now(), updated_at = next_update(s.updated_at)
	returning s.account_id, s.id, s.updated_at, s.deleted_at
)
select s.ord, s.outcome, s.id, s.topic_id, t.name as tag, s.study_date, s.duration_minutes,
	s.duration_minutes as minutes, s.notes, s.created_at,
	coalesce(d.updated_at, s.updated_at) as updated_at, s.created_at as "timestamp", d.deleted_at
from session as s
left join lateral topic_now(s.account_id, s.topic_id) as t on true
left join deleted as d on d.account_id = s.account_id and d.id = s.id
order by s.ord
