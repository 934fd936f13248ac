with request as materialized (
	select r.*
	from unnest($1::int8[], $2::int8[], $3::text[]) with ordinality
		as r (account_id, topic_id, if_match, ord)
	order by r.account_id, r.topic_id
),
topic as materialized ( -- locked, in key order: nobody logs on them any more
	select r.ord, r.if_match, t.*
	from request as r
	cross join lateral (
		select *
		from topics as t
		where t.account_id = r.account_id and t.id = r.topic_id and t.deleted_at is null
		limit 1
		for update
	) as t
),
counted as materialized (
	select t.*, topic_sessions_now(t.account_id, t.id) as sessions
	from topic as t
),
verdict as materialized (
	select c.*,
		case
			when not is_match(c.if_match, c.updated_at) then 'PRECONDITION_FAILED'
			when c.sessions = 1 then 'TOPIC_HAS_SESSIONS: the topic has 1 session'
			when c.sessions > 1 then format('TOPIC_HAS_SESSIONS: the topic has %s sessions', c.sessions)
		end as outcome
	from counted as c
),
deleted as (
	update topics as t
	set deleted_at = now(), updated_at = next_update(v.updated_at)
	from verdict as v
	where t.account_id = v.account_id and t.id = v.id and v.outcome is null
	returning v.ord, t.updated_at
)
select v.ord, v.outcome, v.id, v.name, v.description, v.created_at,
	coalesce(d.updated_at, v.updated_at) as updated_at, v.archived_at
from verdict as v
left join deleted as d on d.ord = v.ord
order by v.ord
