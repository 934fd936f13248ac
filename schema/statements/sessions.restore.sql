-- A session that is not deleted is returned as it is.
with request as materialized (
	select r.*, request_fingerprint(case
			when r.idempotency_key is not null
			then jsonb_build_array('sessions.restore', r.session_id)
		end) as fingerprint
	from unnest($1::int8[], $2::uuid[], $3::text[], $4::text[], $5::text[])
		with ordinality
		as r (account_id, session_id, idempotency_key, if_match, if_none_match, ord)
),
replay as materialized (
	select r.ord, r.fingerprint = k.fingerprint as is_same, k.answer
	from request as r
	cross join lateral (
		select *
		from idempotency_keys as k
		where k.account_id = r.account_id and k.key = r.idempotency_key
		limit 1
	) as k
	where is_live_key(k.created_at)
),
session_topic as materialized (
	select r.*, s.topic_id
	from request as r
	cross join lateral ( -- by the primary key: no other index fits without a condition on deleted_at
		select s.topic_id
		from sessions as s
		where s.account_id = r.account_id and s.id = r.session_id
		limit 1
	) as s
	where not exists (select from replay as k where k.ord = r.ord)
),
topic as materialized ( -- locked against deletion, in key order, before the sessions
	select r.ord, t.name, t.archived_at is not null as topic_archived
	from (select * from session_topic as r order by r.account_id, r.topic_id) as r
	cross join lateral (
		select *
		from topics as t
		where t.account_id = r.account_id and t.id = r.topic_id
		limit 1
		for key share
	) as t
	where t.deleted_at is null
),
verdict as materialized ( -- locked in key order
	select r.ord, r.idempotency_key, r.fingerprint, s.*, r.name as tag, r.topic_archived,
		case
			when s.topic_id <> r.locked_id and run_again('the session was moved') then null
			when not is_match(r.if_match, s.updated_at) or not is_none_match(r.if_none_match, s.updated_at)
				then 'PRECONDITION_FAILED'
			when r.name is null then 'TOPIC_DELETED'
		end as outcome
	from (
		select r.ord, r.account_id, r.session_id, r.topic_id as locked_id, r.idempotency_key, r.fingerprint,
			r.if_match, r.if_none_match, t.name, t.topic_archived
		from session_topic as r
		left join topic as t on t.ord = r.ord
		order by r.account_id, r.session_id
	) as r
	cross join lateral (
		select *
		from sessions as s
		where s.account_id = r.account_id and s.id = r.session_id
		limit 1
		for no key update
	) as s
),
restored as (
	insert into sessions as s (account_id, id, topic_id, study_date, duration_minutes)
	select v.account_id, v.id, v.topic_id, v.study_date, v.duration_minutes
	from verdict as v
	where v.outcome is null and v.deleted_at is not null
	order by v.account_id, v.id
	on conflict (account_id, id) do update set deleted_at = null, updated_at = next_update(s.updated_at)
	returning s.account_id, s.id, s.updated_at
),
response as materialized (
	select v.ord, v.outcome, v.account_id, v.idempotency_key, v.fingerprint, v.id, v.topic_id, v.tag,
		v.topic_archived,
		v.study_date, v.duration_minutes, v.duration_minutes as minutes, v.notes, v.created_at,
		coalesce(r.updated_at, v.updated_at) as updated_at, v.created_at as "timestamp"
	from verdict as v
	left join restored as r on r.account_id = v.account_id and r.id = v.id
),
stored_key as (
	insert into idempotency_keys as k (account_id, key, fingerprint, answer)
	select a.account_id, a.idempotency_key, a.fingerprint, to_jsonb(a) - '{ord,fingerprint}'::text[]
	from response as a
	where a.idempotency_key is not null and a.id is not null and a.outcome is null
	order by a.account_id, a.idempotency_key
	on conflict (account_id, key) do update
		set fingerprint = excluded.fingerprint, answer = excluded.answer,
			created_at = excluded.created_at
		where is_idempotency_key_over(k.created_at)
)
select a.ord, a.outcome, a.id, a.topic_id, a.tag, a.study_date, a.duration_minutes, a.minutes, a.notes,
	a.created_at, a.updated_at, a."timestamp", coalesce(a.topic_archived, false) as topic_archived, false as replayed,
	t.id as "details.topic_id", t.name as "details.tag"
from response as a
left join lateral topic_now(
	a.account_id, case when a.outcome = 'TOPIC_DELETED' then a.topic_id end) as t on true
union all
select k.ord, case when not k.is_same then 'IDEMPOTENCY_KEY_REUSED' end, s.id, s.topic_id, s.tag,
	s.study_date, s.duration_minutes, s.minutes, s.notes, s.created_at, s.updated_at, s."timestamp",
	coalesce((k.answer ->> 'topic_archived')::boolean, false), true, null, null
from replay as k
cross join lateral jsonb_populate_record(
	null::session_rows, case when k.is_same then k.answer end) as s
order by ord
