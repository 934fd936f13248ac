-- A session that is there already is answered as it is; what has been committed since this
-- statement began is seen by session_now. One whose idempotency key is live is answered as the
-- first that came with it.
with asked as materialized (
	select r.*, request_fingerprint(case
			when r.idempotency_key is not null
			then jsonb_build_array('sessions.create', r.topic_id, r.study_date, r.duration_minutes, r.notes)
		end) as fingerprint
	from unnest($1::int8[], $2::uuid[], $3::int8[], $4::date[], $5::int8[], $6::text[], $7::text[])
		with ordinality
		as r (account_id, session_id, topic_id, study_date, duration_minutes, notes, idempotency_key, ord)
),
known as materialized (
	select r.ord, r.fingerprint = k.fingerprint as is_same, k.answer
	from asked as r
	join live_idempotency_keys as k on k.account_id = r.account_id and k.key = r.idempotency_key
),
request as materialized (
	select r.ord, r.account_id, r.session_id, r.topic_id, r.notes, r.idempotency_key, r.fingerprint,
		t.name as tag,
		coalesce(r.duration_minutes, 60)::int as duration_minutes,
		coalesce(r.study_date, (
			select account_today(a.time_zone, a.day_starts_at)
			from accounts as a
			where a.account_id = r.account_id)) as study_date
	from (
		select *
		from asked as r
		where not exists (select from known as k where k.ord = r.ord)
		order by r.account_id, r.topic_id
	) as r
	left join lateral ( -- held against deletion, in key order
		select t.name
		from topics as t
		where t.account_id = r.account_id and t.id = r.topic_id and t.deleted_at is null
		limit 1
		for key share
	) as t on true
),
made as (
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes, notes)
	select r.account_id, r.session_id, r.topic_id, r.study_date, r.duration_minutes, r.notes
	from request as r
	where r.tag is not null
	order by r.account_id, r.session_id
	on conflict (account_id, id) do nothing
	returning *
),
answer as materialized (
	select r.ord, r.account_id, r.session_id, r.idempotency_key, r.fingerprint, m.id, r.topic_id,
		r.tag, r.study_date, r.duration_minutes, r.duration_minutes as minutes, r.notes, m.created_at,
		m.updated_at, m.created_at as "timestamp"
	from request as r
	left join made as m on m.account_id = r.account_id and m.id = r.session_id
),
kept as (
	insert into idempotency_keys as k (account_id, key, fingerprint, answer)
	select a.account_id, a.idempotency_key, a.fingerprint, to_jsonb(a) - '{ord,fingerprint}'::text[]
	from answer as a
	where a.idempotency_key is not null and a.id is not null
	order by a.account_id, a.idempotency_key
	on conflict (account_id, key) do update
		set fingerprint = excluded.fingerprint, answer = excluded.answer,
			created_at = excluded.created_at
		where is_idempotency_key_over(k.created_at)
)
select a.ord, null::text as outcome, a.id, a.topic_id, a.tag, a.study_date, a.duration_minutes,
	a.minutes, a.notes, a.created_at, a.updated_at, a."timestamp", true as created, false as replayed
from answer as a
where a.id is not null
union all
select a.ord, case when s.id is null then 'UNKNOWN_TOPIC' end, s.id, s.topic_id, s.tag, s.study_date,
	s.duration_minutes, s.minutes, s.notes, s.created_at, s.updated_at, s."timestamp", false,
	false
from answer as a
left join lateral session_now(a.account_id, a.session_id) as s on true
where a.id is null
union all
select k.ord, case when not k.is_same then 'IDEMPOTENCY_KEY_REUSED' end, s.id, s.topic_id, s.tag,
	s.study_date, s.duration_minutes, s.minutes, s.notes, s.created_at, s.updated_at, s."timestamp", false, true
from known as k
cross join lateral jsonb_populate_record(
	null::session_rows, case when k.is_same then k.answer end) as s
order by ord
