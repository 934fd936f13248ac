with request as materialized (
	select r.*, coalesce(r.topic_id, s.topic_id) as wanted_id
	from unnest($1::int8[], $2::uuid[], $3::int8[], $4::date[], $5::int8[], $6::text[], $7::bool[],
			$8::text[], $9::text[])
		with ordinality
		as r (account_id, session_id, topic_id, study_date, duration_minutes, notes, has_notes,
			if_match, if_none_match, ord)
	cross join lateral ( -- the primary key alone: no partial index fits
		select s.topic_id
		from sessions as s
		where s.account_id = r.account_id and s.id = r.session_id
		limit 1
	) as s
),
topic as materialized ( -- held against deletion, in key order, before the sessions: a new day of a topic
	-- is held against it, too, and the topic may be merged meanwhile
	select r.ord, t.id
	from (select * from request as r order by r.account_id, r.wanted_id) as r
	cross join lateral (
		select *
		from topics as t
		where t.account_id = r.account_id and t.id = r.wanted_id
		limit 1
		for key share
	) as t
	where t.deleted_at is null
),
session as materialized ( -- locked, in key order; as it is and as it is wanted
	select r.ord,
		r.has_notes
			or num_nonnulls(r.topic_id, r.study_date, r.duration_minutes) > 0 as is_named,
		s.account_id, s.id, s.created_at, s.updated_at,
		coalesce(r.topic_id, s.topic_id) as topic_id,
		coalesce(r.study_date, s.study_date) as study_date,
		coalesce(r.duration_minutes::int, s.duration_minutes) as duration_minutes,
		case when r.has_notes then r.notes else s.notes end as notes,
		case
			when r.topic_id is null and s.topic_id is distinct from r.held_id
				and run_again('the session was moved') then null
			when not is_match(r.if_match, s.updated_at) or not is_none_match(r.if_none_match, s.updated_at)
				then 'PRECONDITION_FAILED'
			when r.topic_id is not null and r.held_id is null then 'UNKNOWN_TOPIC'
		end as outcome
	from (
		select r.*, t.id as held_id
		from request as r
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
	where s.deleted_at is null
),
changed as (
	insert into sessions as s (account_id, id, topic_id, study_date, duration_minutes, notes)
	select v.account_id, v.id, v.topic_id, v.study_date, v.duration_minutes, v.notes
	from session as v
	where v.outcome is null and v.is_named
	order by v.account_id, v.id
	on conflict (account_id, id) do update
		set topic_id = excluded.topic_id, study_date = excluded.study_date,
			duration_minutes = excluded.duration_minutes, notes = excluded.notes,
			updated_at = next_update(s.updated_at)
	returning s.account_id, s.id, s.updated_at
)
select v.ord, v.outcome, v.id, v.topic_id, t.name as tag, v.study_date, v.duration_minutes,
	v.duration_minutes as minutes, v.notes, v.created_at,
	coalesce(c.updated_at, v.updated_at) as updated_at, v.created_at as "timestamp",
	t.archived_at is not null as topic_archived
from session as v
left join changed as c on c.account_id = v.account_id and c.id = v.id
left join lateral topic_now(v.account_id, v.topic_id) as t on true
order by v.ord
