-- Not generated, because of namesakes (as in topics.update) and merges: two more params, a restore
-- ends the merge, and it restores the sessions that were deleted with the topic if the request says
-- so. Locks, preconditions and idempotency keys are those of the template.
-- A topic that is not deleted is returned as it is. A request with a live idempotency key gets the
-- stored response (`replay`).
with request as materialized (
	select r.*, request_fingerprint(case
			when r.idempotency_key is not null
			then jsonb_build_array('topics.restore', r.topic_id, coalesce(r.allow_namesake, false),
				coalesce(r.with_sessions, false))
		end) as fingerprint
	from unnest($1::int8[], $2::int8[], $3::bool[], $4::bool[], $5::text[], $6::text[], $7::text[])
		with ordinality
		as r (account_id, topic_id, allow_namesake, with_sessions, idempotency_key, if_match,
			if_none_match, ord)
),
{{>replay}}
new_request as materialized (
	select r.*
	from request as r
	where not exists (select from replay as k where k.ord = r.ord)
	order by r.account_id, r.topic_id
),
locked as materialized ( -- in key order
	select r.ord, r.idempotency_key, r.fingerprint, coalesce(r.allow_namesake, false) as allows_namesake,
		coalesce(r.with_sessions, false) as with_sessions, e.*,
		case
			{{>preconditions}}
		end as refusal
	from new_request as r
	{{>lock_row}}
),
name_check as materialized ( -- of several requests with the same new name, the first gets it
	select w.*, w.deleted_at is not null and (
			row_number() over (
				partition by w.account_id, w.name_key, w.refusal is null, w.deleted_at is null order by w.ord) > 1
			or exists (
				select
				from topics as t
				where t.account_id + 0 = w.account_id and t.name_key = w.name_key and t.deleted_at is null
				offset 0))
		as is_taken
	from locked as w
),
{{>name_verdict}}
restored as ( -- in the order of the names, as in topics.update
	insert into topics as t (account_id, id, name, is_namesake)
	select v.account_id, v.id, v.name, v.is_taken
	from verdict as v
	where v.outcome is null and v.deleted_at is not null
	order by v.account_id, v.name_key, v.id
	on conflict (account_id, id) do update
		set deleted_at = null, merged_into = null, is_namesake = excluded.is_namesake,
			made_by_tag = false, updated_at = next_update(t.updated_at)
	returning t.account_id, t.id, t.updated_at
),
with_sessions as materialized (
	select v.ord, topic_restore_sessions(v.account_id, v.id) as sessions
	from (
		select v.*
		from verdict as v
		left join restored as t on t.account_id = v.account_id and t.id = v.id
		where v.outcome is null and v.with_sessions
		order by v.account_id, v.id
	) as v
),
response as materialized (
	select v.ord, v.outcome, v.account_id, v.name_key, v.idempotency_key, v.fingerprint, v.id, v.name,
		v.description, v.created_at, coalesce(t.updated_at, v.updated_at) as updated_at, v.archived_at
	from verdict as v
	left join restored as t on t.account_id = v.account_id and t.id = v.id
	left join with_sessions as s on s.ord = v.ord
),
{{>stored_key}}
select a.ord,
	{{>name_outcome}}
	a.id, a.name, a.description, a.created_at, a.updated_at, a.archived_at, false as replayed,
	{{>name_details}}
from response as a
left join lateral topic_of_key_now(
	a.account_id, case when a.outcome = 'NAME_TAKEN' then a.name_key end) as t on true
union all
select k.ord, case when not k.is_same then 'IDEMPOTENCY_KEY_REUSED' end, t.id, t.name, t.description,
	t.created_at, t.updated_at, t.archived_at, true, null, null
from replay as k
cross join lateral jsonb_populate_record(
	null::topics, case when k.is_same then k.answer end) as t
order by ord
