-- Like sessions.create, but the tag names the topic: the live topic with exactly this name; of
-- several, the one with the lowest id. If there is none, it is created; it becomes a namesake if
-- the name is taken in another case. With match_case = false, case makes no difference if exactly
-- one topic has the name in any case.
with request as materialized (
	select r.ord, r.account_id, r.session_id, r.minutes, nfc(r.tag) as tag, r.study_date, r.notes,
		r.idempotency_key, r.created_at, r.if_match, r.if_none_match, r.match_case,
		r.task_id, r.goal_id, r.skill_id, r.project_id,
		request_fingerprint(case
			when r.idempotency_key is not null
			then jsonb_build_array('sessions.log', r.minutes, r.tag, r.study_date, r.notes)
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
	from unnest($1::int8[], $2::uuid[], $3::int8[], $4::text[], $5::date[], $6::text[], $7::timestamptz[],
			$8::text[], $9::text[], $10::text[], $11::bool[], $12::int8[], $13::int8[], $14::int8[],
			$15::int8[])
		with ordinality
		as r (account_id, session_id, minutes, tag, study_date, notes, created_at, idempotency_key,
			if_match, if_none_match, match_case, task_id, goal_id, skill_id, project_id, ord)
),
{{>replay}}
{{>refused_links}}
lookup as materialized (
	select r.*, text_key(r.tag) as name_key, coalesce(r.match_case, true) as is_exact,
		l.refusal as link_refusal,
		-- no topic is created for a session that exists, unless the session is replaced
		case
			when l.refusal is not null then false
			when s.id is null then r.if_match is null
			else s.deleted_at is null and r.if_match is not null and is_match(r.if_match, s.updated_at)
		end as needs_topic,
		(
			select t.id
			from topics as t
			where t.account_id + 0 = r.account_id and t.name_key = text_key(r.tag) and t.name = r.tag
				and t.deleted_at is null
			order by t.id
			limit 1) as exact_id,
		case when not r.match_case then array(
			select t.id
			from topics as t
			where t.account_id + 0 = r.account_id and t.name_key = text_key(r.tag) and t.deleted_at is null
			limit 2) end as any_ids
	from request as r
	left join lateral (
		select *
		from sessions as s
		where s.account_id = r.account_id and s.id = r.session_id
		limit 1
	) as s on true
	left join refused_link as l on l.ord = r.ord
	where not exists (select from replay as k where k.ord = r.ord)
),
topic as materialized (
	select r.*, t.id as found_id, t.name as found_name, t.archived_at,
		case
			when r.created_at > now() + interval '1 day'
				then 'INVALID_INPUT created_at: created_at must not be in the future'
			when r.exact_id is null and cardinality(r.any_ids) > 1
				then 'INVALID_INPUT tag: several topics have this name: write one exactly as it is'
		end as refusal
	from (
		select r.*, coalesce(r.exact_id, case when cardinality(r.any_ids) = 1 then r.any_ids[1] end)
			as likely_id
		from lookup as r
		order by r.account_id, likely_id
	) as r
	left join lateral ( -- locked against deletion, in the order of ids, as in all statements
		select t.id, t.name, t.name_key, t.archived_at, t.deleted_at
		from topics as t
		where t.account_id = r.account_id and t.id = r.likely_id
		limit 1
		for key share
	) as t on t.deleted_at is null and t.name_key = r.name_key and (t.name = r.tag or not r.is_exact)
),
created_topic as (
	insert into topics (account_id, name)
	select distinct on (f.account_id, f.name_key) f.account_id, f.tag
	from topic as f
	where f.found_id is null and f.refusal is null and f.needs_topic and not exists (
		select
		from topics as t
		where t.account_id + 0 = f.account_id and t.name_key = f.name_key and t.deleted_at is null
		offset 0)
	order by f.account_id, f.name_key, f.ord
	on conflict (account_id, name_key) where deleted_at is null and not is_namesake do nothing
	returning *
),
first_choice as materialized ( -- also of topics that others created since this statement began
	select f.ord, f.account_id, f.tag, coalesce(f.found_id, m.id, t.id) as named_id,
		coalesce(f.found_name, m.name, t.name) as name, coalesce(f.archived_at, t.archived_at) as archived_at
	from (
		select *
		from topic as f
		where f.refusal is null and (f.needs_topic or f.found_id is not null)
	) as f
	left join created_topic as m on f.found_id is null and m.account_id = f.account_id
		and m.name_key = f.name_key and (m.name = f.tag or not f.is_exact)
	left join lateral topic_of_name_now(
		f.account_id, case when f.found_id is null and m.id is null then f.tag end, f.is_exact) as t on true
),
created_namesake as (
	insert into topics (account_id, name, is_namesake, made_by_tag)
	select distinct on (n.account_id, n.tag collate "C") n.account_id, n.tag, true, true
	from (select * from first_choice order by ord) as n -- creates all topics before the first namesake
	where n.named_id is null
	order by n.account_id, n.tag collate "C"
	on conflict (account_id, name collate "C") where deleted_at is null and made_by_tag do nothing
	returning *
),
choice as materialized (
	select n.ord, coalesce(n.name, n.tag) as name, coalesce(n.archived_at, t.archived_at) as archived_at,
		case
			when num_nonnulls(n.named_id, m.id, t.id) > 0 or run_again('the topic of the tag has gone')
				then coalesce(n.named_id, m.id, t.id)
		end as topic_id
	from first_choice as n
	left join created_namesake as m on n.named_id is null and m.account_id = n.account_id and m.name = n.tag
	left join lateral topic_of_name_now(
		n.account_id, case when n.named_id is null and m.id is null then n.tag end, true) as t on true
),
new_session as materialized (
	select f.ord, f.account_id, f.session_id, p.topic_id, f.notes, f.idempotency_key, f.fingerprint,
		f.task_id, f.goal_id, f.skill_id, f.project_id, f.link_refusal,
		f.if_match, f.if_none_match, f.study_date as given_date, f.created_at as given_instant,
		f.tag as given_tag, f.name_key, f.is_exact, p.name as tag, p.archived_at is not null as topic_archived,
		f.minutes::int as duration_minutes, coalesce(f.created_at, now()) as created_at,
		coalesce(f.study_date, (
			select account_day(a.time_zone, a.day_starts_at, coalesce(f.created_at, now()))
			from accounts as a
			where a.account_id = f.account_id)) as study_date,
		f.refusal
	from topic as f
	left join choice as p on p.ord = f.ord
),
created as (
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes, notes, created_at,
		task_id, goal_id, skill_id, project_id)
	select r.account_id, r.session_id, r.topic_id, r.study_date, r.duration_minutes, r.notes, r.created_at,
		r.task_id, r.goal_id, r.skill_id, r.project_id
	from new_session as r
	where r.refusal is null and r.link_refusal is null and r.if_match is null and r.topic_id is not null
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
		session_differences(s, (null,
			case when r.is_exact or text_key(s.tag) <> r.name_key then r.given_tag end,
			coalesce(r.given_date, s.study_date), null, r.duration_minutes, r.notes,
			r.given_instant)::wanted_session)
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
			when r.refusal is not null then r.refusal
			when (k.session).deleted_at is not null then 'SESSION_DELETED'
			when r.if_match is not null and not coalesce(
				k.is_locked and (r.topic_id is not null or r.link_refusal is not null)
				and is_match(r.if_match, (k.session).updated_at), false)
				then 'PRECONDITION_FAILED'
			when k.ord is not null and not is_none_match(r.if_none_match, (k.session).updated_at) then 'PRECONDITION_FAILED'
			when k.ord is null or r.if_match is not null then r.link_refusal
			when k.differences <> '{}' then 'SESSION_EXISTS: the session exists with other values: '
				|| array_to_string(k.differences, ', ')
		end as outcome
	from attempt as r
	left join existing as k on k.ord = r.ord
),
{{>replaced_session}}
{{>session_response}}
