-- Not generated: a topic with sessions stays, and the refusal has their number. No other entity
-- counts rows that keep a row.
with request as materialized (
	select r.*
	from unnest($1::int8[], $2::int8[], $3::text[], $4::text[]) with ordinality
		as r (account_id, topic_id, if_match, if_none_match, ord)
	order by r.account_id, r.topic_id
),
topic as materialized ( -- locked in key order, so that no session can be logged on them
	select r.ord, r.if_match, r.if_none_match, t.*
	from request as r
	cross join lateral ( -- by the primary key: no other index fits without a condition on deleted_at
		select *
		from topics as t
		where t.account_id = r.account_id and t.id = r.topic_id
		limit 1
		for update
	) as t
	where t.deleted_at is null
),
verdict as materialized (
	select t.*,
		case
			when not is_match(t.if_match, t.updated_at) or not is_none_match(t.if_none_match, t.updated_at)
				then 'PRECONDITION_FAILED'
			when topic_has_sessions_now(t.account_id, t.id) then ( -- counts up to 1,000, which is cheap
				select case
						when c.sessions = 0 then 'TOPIC_HAS_SESSIONS'
						when c.sessions = 1 then 'TOPIC_HAS_SESSIONS: the topic has 1 session'
						when c.sessions > 1000 then 'TOPIC_HAS_SESSIONS: the topic has more than 1000 sessions'
						else format('TOPIC_HAS_SESSIONS: the topic has %s sessions', c.sessions)
					end
				from (
					select count(*) as sessions
					from (
						select
						from sessions as s
						where s.account_id = t.account_id and s.topic_id = t.id and s.deleted_at is null
						limit 1001
					) as s
				) as c)
		end as outcome
	from topic as t
),
deleted as (
	insert into topics as t (account_id, id, name)
	select v.account_id, v.id, v.name
	from verdict as v
	where v.outcome is null
	order by v.account_id, v.id
	on conflict (account_id, id) do update set deleted_at = now(), updated_at = next_update(t.updated_at)
	returning t.account_id, t.id, t.updated_at
)
select v.ord, v.outcome, v.id, v.name, v.description, v.created_at,
	coalesce(d.updated_at, v.updated_at) as updated_at, v.archived_at
from verdict as v
left join deleted as d on d.account_id = v.account_id and d.id = v.id
order by v.ord
