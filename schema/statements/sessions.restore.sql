-- One that is not deleted is answered as it is.
with asked as materialized (
	select r.*, request_fingerprint(case
			when r.idempotency_key is not null
			then jsonb_build_array('sessions.restore', r.session_id)
		end) as fingerprint
	from unnest($1::int8[], $2::uuid[], $3::text[])
		with ordinality
		as r (account_id, session_id, idempotency_key, ord)
),
known as materialized (
	select r.ord, r.fingerprint = k.fingerprint as is_same, k.answer
	from asked as r
	join live_idempotency_keys as k on k.account_id = r.account_id and k.key = r.idempotency_key
),
request as materialized (
	select r.*
	from asked as r
	where not exists (select from known as k where k.ord = r.ord)
	order by r.account_id, r.session_id
),
session as materialized ( -- locked, in key order
	select r.ord, r.idempotency_key, r.fingerprint, s.*
	from request as r
	cross join lateral (
		select *
		from sessions as s
		where s.account_id = r.account_id and s.id = r.session_id
		limit 1
		for no key update
	) as s
),
verdict as materialized (
	select s.*, t.name as tag, case when t.name is null then 'TOPIC_DELETED' end as outcome
	from (select * from session order by account_id, topic_id) as s
	left join lateral ( -- held against deletion, in key order
		select t.name
		from topics as t
		where t.account_id = s.account_id and t.id = s.topic_id and t.deleted_at is null
		limit 1
		for key share
	) as t on true
),
restored as (
	update sessions as s
	set deleted_at = null, updated_at = next_update(v.updated_at)
	from verdict as v
	where s.account_id = v.account_id and s.id = v.id and v.outcome is null
		and v.deleted_at is not null
	returning v.ord, s.updated_at
),
answer as materialized (
	select v.ord, v.outcome, v.account_id, v.idempotency_key, v.fingerprint, v.id, v.topic_id, v.tag,
		v.study_date, v.duration_minutes, v.duration_minutes as minutes, v.notes, v.created_at,
		coalesce(r.updated_at, v.updated_at) as updated_at, v.created_at as "timestamp"
	from verdict as v
	left join restored as r on r.ord = v.ord
),
kept as (
	insert into idempotency_keys as k (account_id, key, fingerprint, answer)
	select a.account_id, a.idempotency_key, a.fingerprint, to_jsonb(a) - '{ord,fingerprint}'::text[]
	from answer as a
	where a.idempotency_key is not null and a.id is not null and a.outcome is null
	order by a.account_id, a.idempotency_key
	on conflict (account_id, key) do update
		set fingerprint = excluded.fingerprint, answer = excluded.answer,
			created_at = excluded.created_at
		where is_idempotency_key_over(k.created_at)
)
select a.ord, a.outcome, a.id, a.topic_id, a.tag, a.study_date, a.duration_minutes, a.minutes, a.notes,
	a.created_at, a.updated_at, a."timestamp", false as replayed
from answer as a
union all
select k.ord, case when not k.is_same then 'IDEMPOTENCY_KEY_REUSED' end, s.id, s.topic_id, s.tag,
	s.study_date, s.duration_minutes, s.minutes, s.notes, s.created_at, s.updated_at, s."timestamp", true
from known as k
cross join lateral jsonb_populate_record(
	null::session_rows, case when k.is_same then k.answer end) as s
order by ord
