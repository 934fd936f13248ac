-- Of several requests for one name the first makes the topic. One whose idempotency key is live is
-- answered as the first that came with it.
with asked as materialized (
	select r.*, text_key(r.name) as name_key,
		request_fingerprint(case
			when r.idempotency_key is not null
			then jsonb_build_array('topics.create', r.name, r.description)
		end) as fingerprint
	from unnest($1::int8[], $2::text[], $3::text[], $4::text[]) with ordinality
		as r (account_id, name, description, idempotency_key, ord)
),
known as materialized (
	select r.ord, r.fingerprint = k.fingerprint as is_same, k.answer
	from asked as r
	join live_idempotency_keys as k on k.account_id = r.account_id and k.key = r.idempotency_key
),
request as materialized (
	select r.*, row_number() over (partition by r.account_id, r.name_key order by r.ord) = 1 as is_first
	from asked as r
	where not exists (select from known as k where k.ord = r.ord)
),
made as (
	insert into topics (account_id, name, description)
	select r.account_id, r.name, r.description
	from request as r
	where r.is_first and not exists ( -- an insert that meets a taken name would waste an id
		select
		from topics as t
		where t.account_id = r.account_id and t.name_key = r.name_key and t.deleted_at is null)
	order by r.account_id, r.name_key
	on conflict (account_id, name_key) where deleted_at is null do nothing
	returning *
),
answer as materialized (
	select r.ord, r.account_id, r.idempotency_key, r.fingerprint, t.id, t.name, t.description,
		t.created_at, t.updated_at, t.archived_at
	from request as r
	left join made as t on r.is_first and t.account_id = r.account_id and t.name_key = r.name_key
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
),
told as materialized ( -- the name was taken by another transaction's request with the same key
	select k.ord, k.is_same, k.answer
	from known as k
	union all
	select a.ord, a.fingerprint = k.fingerprint, k.answer
	from answer as a
	cross join lateral idempotency_key_now(a.account_id, a.idempotency_key) as k
	where a.id is null
)
select a.ord, case when a.id is null then 'NAME_TAKEN' end as outcome, a.id, a.name, a.description,
	a.created_at, a.updated_at, a.archived_at, false as replayed
from answer as a
where not exists (select from told as k where k.ord = a.ord)
union all
select k.ord, case when not k.is_same then 'IDEMPOTENCY_KEY_REUSED' end, t.id, t.name, t.description,
	t.created_at, t.updated_at, t.archived_at, true
from told as k
cross join lateral jsonb_populate_record(
	null::topics, case when k.is_same then k.answer end) as t
order by ord
