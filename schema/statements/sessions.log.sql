-- As sessions.create, on the topic of that name, which is made where it is missing.
with asked as materialized (
	select r.*, request_fingerprint(case
			when r.idempotency_key is not null
			then jsonb_build_array('sessions.log', r.minutes, r.tag, r.study_date, r.notes)
		end) as fingerprint
	from unnest($1::int8[], $2::uuid[], $3::int8[], $4::text[], $5::date[], $6::text[], $7::text[])
		with ordinality
		as r (account_id, session_id, minutes, tag, study_date, notes, idempotency_key, ord)
),
known as materialized (
	select r.ord, r.fingerprint = k.fingerprint as is_same, k.answer
	from asked as r
	join live_idempotency_keys as k on k.account_id = r.account_id and k.key = r.idempotency_key
),
request as materialized (
	select r.*, text_key(r.tag) as name_key
	from asked as r
	where not exists (select from known as k where k.ord = r.ord)
),
found as materialized (
	select r.*, t.id as topic_id, t.name
	from (
		select r.*, (
				select t.id
				from topics as t
				where t.account_id = r.account_id and t.name_key = r.name_key and t.deleted_at is null)
				as likely_id
		from request as r
		order by r.account_id, likely_id
	) as r
	left join lateral ( -- held against deletion, in key order: the order of ids, as everywhere
		select t.id, t.name
		from topics as t
		where t.account_id = r.account_id and t.id = r.likely_id and t.name_key = r.name_key
			and t.deleted_at is null
		limit 1
		for key share
	) as t on true
),
made_topic as ( -- the update only makes a topic known that another transaction has just made
	insert into topics as t (account_id, name)
	select distinct on (f.account_id, f.name_key) f.account_id, f.tag
	from found as f
	where f.topic_id is null and not exists (
		select
		from sessions as s
		where s.account_id = f.account_id and s.id = f.session_id)
	order by f.account_id, f.name_key, f.ord
	on conflict (account_id, name_key) where deleted_at is null do update set name = t.name
	returning t.account_id, t.id, t.name, t.name_key
),
placed as materialized (
	select f.ord, f.account_id, f.session_id, f.idempotency_key, f.fingerprint, f.notes,
		f.minutes::int as duration_minutes,
		coalesce(f.topic_id, m.id) as topic_id, coalesce(f.name, m.name) as tag,
		coalesce(f.study_date, (
			select account_today(a.time_zone, a.day_starts_at)
			from accounts as a
			where a.account_id = f.account_id)) as study_date
	from found as f
	left join made_topic as m
		on f.topic_id is null and m.account_id = f.account_id and m.name_key = f.name_key
),
made as (
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes, notes)
	select p.account_id, p.session_id, p.topic_id, p.study_date, p.duration_minutes, p.notes
	from placed as p
	where p.topic_id is not null
	order by p.account_id, p.session_id
	on conflict (account_id, id) do nothing
	returning *
),
answer as materialized (
	select p.ord, p.account_id, p.session_id, p.idempotency_key, p.fingerprint, m.id, p.topic_id,
		p.tag, p.study_date, p.duration_minutes, p.duration_minutes as minutes, p.notes, m.created_at,
		m.updated_at, m.created_at as "timestamp"
	from placed as p
	left join made as m on m.account_id = p.account_id and m.id = p.session_id
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
select a.ord, null, s.id, s.topic_id, s.tag, s.study_date, s.duration_minutes, s.minutes, s.notes,
	s.created_at, s.updated_at, s."timestamp", false, false
from answer as a
cross join lateral session_now(a.account_id, a.session_id) as s
where a.id is null
union all
select k.ord, case when not k.is_same then 'IDEMPOTENCY_KEY_REUSED' end, s.id, s.topic_id, s.tag,
	s.study_date, s.duration_minutes, s.minutes, s.notes, s.created_at, s.updated_at, s."timestamp", false, true
from known as k
cross join lateral jsonb_populate_record(
	null::session_rows, case when k.is_same then k.answer end) as s
order by ord
