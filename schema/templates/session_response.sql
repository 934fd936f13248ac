response as materialized (
	select v.ord, null::text as outcome, v.account_id, v.idempotency_key, v.fingerprint, v.session_id as id,
		v.topic_id, v.tag, v.topic_archived, coalesce(s.study_date, v.study_date) as study_date,
		v.duration_minutes, v.duration_minutes as minutes, v.notes, v.task_id, v.goal_id, v.skill_id, v.project_id,
		coalesce(s.created_at, v.stored_at) as created_at, coalesce(s.updated_at, v.updated_at) as updated_at,
		coalesce(s.created_at, v.stored_at) as "timestamp", v.is_created
	from verdict as v
	left join replaced as s on s.account_id = v.account_id and s.id = v.session_id
	where v.is_created or s.id is not null
),
{{>stored_key}}
select a.ord, null::text as outcome, a.id, a.topic_id, a.tag, a.study_date, a.duration_minutes,
	a.minutes, a.notes, a.task_id, a.goal_id, a.skill_id, a.project_id, a.created_at, a.updated_at,
	a."timestamp", a.topic_archived, a.is_created as created, false as replayed,
	null::text[] as "details.fields", null::int8 as "details.topic_id",
	null::text as "details.tag", null::date as "details.study_date",
	null::int as "details.duration_minutes", null::int as "details.minutes",
	null::text as "details.notes", null::int8 as "details.task_id", null::int8 as "details.goal_id",
	null::int8 as "details.skill_id", null::int8 as "details.project_id",
	null::timestamptz as "details.created_at", null::timestamptz as "details.updated_at"
from response as a
union all
select v.ord, v.outcome, s.id, s.topic_id, s.tag, s.study_date, s.duration_minutes, s.minutes, s.notes,
	s.task_id, s.goal_id, s.skill_id, s.project_id, s.created_at, s.updated_at, s."timestamp",
	t.archived_at is not null, false, false,
	case when d.id is not null then v.differences end, d.topic_id, d.tag, d.study_date, d.duration_minutes,
	d.minutes, d.notes, d.task_id, d.goal_id, d.skill_id, d.project_id, d.created_at, d.updated_at
from verdict as v
cross join lateral (select (v.session).*) as s
cross join lateral (
	select (case when v.outcome like 'SESSION_EXISTS%' then v.session end).*) as d
left join lateral topic_now(s.account_id, s.topic_id) as t on true
where not exists (select from response as a where a.ord = v.ord)
union all
select k.ord, case when not k.is_same then 'IDEMPOTENCY_KEY_REUSED' end, s.id, s.topic_id, s.tag,
	s.study_date, s.duration_minutes, s.minutes, s.notes, s.task_id, s.goal_id, s.skill_id, s.project_id,
	s.created_at, s.updated_at, s."timestamp",
	coalesce((k.answer ->> 'topic_archived')::boolean, false), false, true, null, null, null, null, null,
	null, null, null, null, null, null, null, null
from replay as k
cross join lateral jsonb_populate_record(
	null::session_rows, case when k.is_same then k.answer end) as s
order by ord
