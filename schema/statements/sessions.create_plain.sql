-- The requests of sessions.create that are new sessions of live topics, without keys, conditions,
-- tags or links. All others get no row, and sessions.create answers them (worker/variant.h).
with request as (
	select r.ord, r.account_id, r.session_id, r.topic_id, null::text as tag, r.study_date,
		coalesce(r.duration_minutes, 60)::int as duration_minutes, r.notes, r.created_at
	from unnest($1::int8[], $2::uuid[], $3::int8[], $4::date[], $5::int8[], $6::text[], $7::timestamptz[])
		with ordinality
		as r (account_id, session_id, topic_id, study_date, duration_minutes, notes, created_at, ord)
),
{{>plain_session}}
