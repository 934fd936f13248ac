-- The requests of sessions.log that are new sessions of live topics with exactly the name of the
-- tag, without keys, conditions or links. All others get no row, and sessions.log answers them
-- (worker/variant.h).
with named as materialized (
	select r.ord, r.account_id, r.session_id, nfc(r.tag) as tag, r.study_date, r.minutes::int as duration_minutes,
		r.notes, r.created_at
	from unnest($1::int8[], $2::uuid[], $3::int8[], $4::text[], $5::date[], $6::text[], $7::timestamptz[])
		with ordinality
		as r (account_id, session_id, minutes, tag, study_date, notes, created_at, ord)
),
request as (
	select r.*,
		(
			select t.id
			from topics as t
			where t.account_id + 0 = r.account_id and t.name_key = text_key(r.tag) and t.name = r.tag
				and t.deleted_at is null
			order by t.id
			limit 1) as topic_id
	from named as r
),
{{>plain_session}}
