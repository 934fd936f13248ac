with request as materialized (
	select r.*
	from unnest($1::int8[], $2::uuid[], $3::int8[], $4::date[], $5::int8[], $6::text[], $7::bool[],
			$8::text[])
		with ordinality
		as r (account_id, session_id, topic_id, study_date, duration_minutes, notes, has_notes,
			if_match, ord)
	order by r.account_id, r.session_id
),
session as materialized ( -- locked, in key order; as it is and as it is wanted
	select r.ord, is_match(r.if_match, s.updated_at) as is_match,
		r.has_notes
			or num_nonnulls(r.topic_id, r.study_date, r.duration_minutes) > 0 as is_named,
		s.account_id, s.id, s.topic_id as old_topic_id, s.created_at, s.updated_at,
		coalesce(r.topic_id, s.topic_id) as topic_id,
		coalesce(r.study_date, s.study_date) as study_date,
		coalesce(r.duration_minutes::int, s.duration_minutes) as duration_minutes,
		case when r.has_notes then r.notes else s.notes end as notes
	from request as r
	cross join lateral (
		select *
		from sessions as s
		where s.account_id = r.account_id and s.id = r.session_id and s.deleted_at is null
		limit 1
		for no key update
	) as s
),
verdict as materialized (
	select s.*, t.name as tag,
		case
			when not s.is_match then 'PRECONDITION_FAILED'
			when t.name is null then 'UNKNOWN_TOPIC'
		end as outcome
	from (select * from session order by account_id, topic_id) as s
	left join lateral ( -- held against deletion, in key order
		select t.name
		from topics as t
		where t.account_id = s.account_id and t.id = s.topic_id and t.deleted_at is null
		limit 1
		for key share
	) as t on true
),
changed as (
	update sessions as s
	set topic_id = v.topic_id, study_date = v.study_date, duration_minutes = v.duration_minutes,
		notes = v.notes, updated_at = next_update(v.updated_at)
	from verdict as v
	where s.account_id = v.account_id and s.id = v.id and v.outcome is null and v.is_named
	returning v.ord, s.updated_at
)
select v.ord, v.outcome, v.id, v.topic_id, v.tag, v.study_date, v.duration_minutes,
	v.duration_minutes as minutes, v.notes, v.created_at,
	coalesce(c.updated_at, v.updated_at) as updated_at, v.created_at as "timestamp"
from verdict as v
left join changed as c on c.ord = v.ord
order by v.ord
