-- Of several requests with the same name, the first creates the topic. Each other one creates a
-- namesake if it has allow_namesake. A request with a live idempotency key gets the stored response
-- (`replay`).
with request as materialized (
	select r.ord, r.account_id, nfc(r.name) as name, r.description, r.idempotency_key,
		text_key(r.name) as name_key, coalesce(r.allow_namesake, false) as allows_namesake,
		request_fingerprint(case
			when r.idempotency_key is not null
			then jsonb_build_array('topics.create', r.name, r.description)
				|| case when r.allow_namesake then '["allow_namesake"]' else '[]' end::jsonb
		end) as fingerprint
	from unnest($1::int8[], $2::text[], $3::text[], $4::text[], $5::bool[]) with ordinality
		as r (account_id, name, description, idempotency_key, allow_namesake, ord)
),
{{>replay}}
new_request as materialized ( -- is_first: the first request with a free name
	select r.*, row_number() over (partition by r.account_id, r.name_key order by r.ord) = 1
		and not exists (
			select
			from topics as t
			where t.account_id + 0 = r.account_id and t.name_key = r.name_key and t.deleted_at is null
			offset 0)
		as is_first
	from request as r
	where not exists (select from replay as k where k.ord = r.ord)
),
created as (
	insert into topics (account_id, name, description)
	select r.account_id, r.name, r.description
	from new_request as r
	where r.is_first
	order by r.account_id, r.name_key
	on conflict (account_id, name_key) where deleted_at is null and not is_namesake do nothing
	returning *
),
namesake as materialized (
	select r.*, row_number() over (order by r.ord) as place
	from new_request as r
	left join created as t on r.is_first and t.account_id = r.account_id and t.name_key = r.name_key
	where r.allows_namesake and t.id is null
),
created_namesake as (
	insert into topics (account_id, name, description, is_namesake)
	select n.account_id, n.name, n.description, true
	from namesake as n
	order by n.place
	returning *
),
created_for as (
	select r.ord, t.id
	from new_request as r
	join created as t on r.is_first and t.account_id = r.account_id and t.name_key = r.name_key
	union all
	select n.ord, t.id
	from namesake as n
	join ( -- ids ascend in the order of the insert
		select t.id, row_number() over (order by t.id) as place
		from created_namesake as t
	) as t using (place)
),
response as materialized (
	select r.ord, case when t.id is null then 'NAME_TAKEN' end as outcome, r.account_id, r.name_key, r.idempotency_key, r.fingerprint, t.id, t.name,
		t.description, t.created_at, t.updated_at, t.archived_at
	from new_request as r
	left join created_for as m on m.ord = r.ord
	left join (select * from created union all select * from created_namesake) as t on t.id = m.id
),
late_replay as materialized ( -- another transaction took the name meanwhile, with the same key
	select a.ord, a.fingerprint = k.fingerprint as is_same, k.answer
	from response as a
	cross join lateral idempotency_key_now(a.account_id, a.idempotency_key) as k
	where a.id is null
),
{{>stored_key}}
select e.ord,
	{{>name_outcome}}, e.id, e.name, e.description, e.created_at, e.updated_at, e.archived_at,
	false as replayed, {{>name_details}}
from response as e
left join lateral topic_of_key_now(e.account_id, case when e.id is null then e.name_key end) as t on true
where not exists (select from late_replay as k where k.ord = e.ord)
union all
select k.ord, case when not k.is_same then 'IDEMPOTENCY_KEY_REUSED' end, t.id, t.name, t.description,
	t.created_at, t.updated_at, t.archived_at, true, null, null
from (select * from replay union all select * from late_replay) as k
cross join lateral jsonb_populate_record(
	null::topics, case when k.is_same then k.answer end) as t
order by ord
