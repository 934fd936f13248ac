-- If the session_id exists, the request is refused, with two exceptions: a session with the same
-- content is returned as it is, and a version that If-Match names is replaced. session_now sees
-- sessions that other transactions have committed since this statement began. A request with a live
-- idempotency key gets the stored response (`replay`). A link that names no row refuses the
-- request, too, unless the session exists.
with request as materialized (
	select r.*, request_fingerprint(case
			when r.idempotency_key is not null
			then jsonb_build_array('sessions.create', r.topic_id, r.study_date, r.duration_minutes, r.notes)
				|| case
					when r.created_at is null then '[]'
					else jsonb_build_array(extract(epoch from r.created_at))
				end
				|| case
					when num_nonnulls(r.task_id, r.goal_id, r.skill_id, r.project_id) = 0 then '[]'
					else jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('task_id', r.task_id,
						'goal_id', r.goal_id, 'skill_id', r.skill_id, 'project_id', r.project_id)))
				end
		end) as fingerprint
	from unnest($1::int8[], $2::uuid[], $3::int8[], $4::date[], $5::int8[], $6::text[], $7::timestamptz[],
			$8::text[], $9::text[], $10::text[], $11::text[], $12::int8[], $13::int8[], $14::int8[],
			$15::int8[])
		with ordinality
		as r (account_id, session_id, topic_id, study_date, duration_minutes, notes, created_at,
			idempotency_key, if_match, if_none_match, tag, task_id, goal_id, skill_id, project_id, ord)
),
{{>replay}}
{{>refused_links}}
new_session as materialized (
	select r.ord, r.account_id, r.session_id, r.topic_id, r.notes, r.idempotency_key, r.fingerprint,
		r.task_id, r.goal_id, r.skill_id, r.project_id,
		r.if_match, r.if_none_match, r.study_date as given_date, r.created_at as given_instant,
		t.name as tag, t.archived_at is not null as topic_archived,
		coalesce(r.duration_minutes, 60)::int as duration_minutes,
		coalesce(r.created_at, now()) as created_at,
		coalesce(r.study_date, (
			select account_day(a.time_zone, a.day_starts_at, coalesce(r.created_at, now()))
			from accounts as a
			where a.account_id = r.account_id)) as study_date,
		case
			when r.created_at > now() + interval '1 day'
				then 'INVALID_INPUT created_at: created_at must not be in the future'
			when text_key(r.tag) <> t.name_key then 'INVALID_INPUT tag: tag must name the topic of topic_id'
			when t.name is null then 'UNKNOWN_TOPIC'
			else (select l.refusal from refused_link as l where l.ord = r.ord)
		end as refusal
	from (
		select *
		from request as r
		where not exists (select from replay as k where k.ord = r.ord)
		order by r.account_id, r.topic_id
	) as r
	left join lateral ( -- locked against deletion, in key order
		select t.name, t.name_key, t.archived_at, t.deleted_at
		from topics as t
		where t.account_id = r.account_id and t.id = r.topic_id
		limit 1
		for key share
	) as t on t.deleted_at is null
),
created as (
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes, notes, created_at,
		task_id, goal_id, skill_id, project_id)
	select r.account_id, r.session_id, r.topic_id, r.study_date, r.duration_minutes, r.notes, r.created_at,
		r.task_id, r.goal_id, r.skill_id, r.project_id
	from new_session as r
	where r.refusal is null and r.if_match is null
	order by r.account_id, r.session_id
	on conflict (account_id, id) do nothing
	returning account_id, id, created_at, updated_at -- few columns: a join compares them all
),
attempt as materialized (
	select r.*, m.id is not null as is_created, m.created_at as stored_at, m.updated_at
	from new_session as r
	left join created as m on m.account_id = r.account_id and m.id = r.session_id
),
locked as materialized ( -- the sessions that may be replaced, in key order
	select r.ord, s.id
	from (select * from new_session as r where r.if_match is not null order by r.account_id, r.session_id) as r
	cross join lateral (
		select s.id
		from sessions as s
		where s.account_id = r.account_id and s.id = r.session_id
		limit 1
		for no key update
	) as s
),
existing as materialized ( -- the sessions that exist already, as they are now
	select r.ord, l.id is not null as is_locked, s as session,
		session_differences(s, (r.topic_id, null, coalesce(r.given_date, s.study_date),
			r.duration_minutes, null, r.notes, r.given_instant)::wanted_session)
			|| session_link_differences(s,
				(r.task_id, r.goal_id, r.skill_id, r.project_id)::wanted_links) as differences
	from attempt as r
	left join locked as l on l.ord = r.ord
	cross join lateral session_now(r.account_id, coalesce(l.id, r.session_id)) as s
	where not r.is_created
),
verdict as materialized (
	select r.*, k.session, k.differences,
		case
			when r.refusal not like 'UNKNOWN\_%' then r.refusal
			when (k.session).deleted_at is not null then 'SESSION_DELETED'
			when r.if_match is not null and not coalesce(
				k.is_locked and is_match(r.if_match, (k.session).updated_at), false)
				then 'PRECONDITION_FAILED'
			when k.ord is null then r.refusal
			when not is_none_match(r.if_none_match, (k.session).updated_at) then 'PRECONDITION_FAILED'
			when r.if_match is not null then r.refusal
			when k.differences <> '{}' then 'SESSION_EXISTS: the session exists with other values: '
				|| array_to_string(k.differences, ', ')
		end as outcome
	from attempt as r
	left join existing as k on k.ord = r.ord
),
{{>replaced_session}}
{{>session_response}}
