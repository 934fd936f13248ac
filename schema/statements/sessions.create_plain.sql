-- The requests of sessions.create that are new sessions of live topics, without keys, conditions,
-- tags or links. All others get no row, and sessions.create answers them (worker/variant.h).
with request as materialized (
	select r.*
	from unnest($1::int8[], $2::uuid[], $3::int8[], $4::date[], $5::int8[], $6::text[], $7::timestamptz[])
		with ordinality
		as r (account_id, session_id, topic_id, study_date, duration_minutes, notes, created_at, ord)
),
of_topic as materialized (
	select r.ord, r.account_id, r.session_id, r.topic_id, r.study_date, r.notes, r.created_at,
		coalesce(r.duration_minutes, 60)::int as duration_minutes, t.name as tag, t.archived_at
	from (select * from request as r order by r.account_id, r.topic_id) as r
	cross join lateral ( -- locked against deletion, in key order
		select t.name, t.archived_at, t.deleted_at
		from topics as t
		where t.account_id = r.account_id and t.id = r.topic_id
		limit 1
		for key share
	) as t
	where t.deleted_at is null
),
{{>plain_session}}
