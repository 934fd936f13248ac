new_session as materialized (
	select r.ord, r.account_id, r.session_id, r.topic_id, t.name as tag, r.duration_minutes, r.notes, t.archived_at,
		coalesce(r.created_at, now()) as instant,
		coalesce(r.study_date, (
			select account_day(a.time_zone, a.day_starts_at, coalesce(r.created_at, now()))
			from accounts as a
			where a.account_id = r.account_id)) as day
	from (select * from request as r order by r.account_id, r.topic_id) as r
	cross join lateral ( -- locked against deletion, in key order
		select t.name, t.archived_at, t.deleted_at
		from topics as t
		where t.account_id = r.account_id and t.id = r.topic_id
		limit 1
		for key share
	) as t
	where t.deleted_at is null and t.name = coalesce(r.tag, t.name)
		and (r.created_at > now() + interval '1 day') is not true
),
created as (
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes, notes, created_at)
	select r.account_id, r.session_id, r.topic_id, r.day, r.duration_minutes, r.notes, r.instant
	from new_session as r
	order by r.account_id, r.session_id -- an id that exists fails the statement
)
select r.ord, null::text as outcome, r.session_id as id, r.topic_id, r.tag, r.day as study_date,
	r.duration_minutes, r.duration_minutes as minutes, r.notes, null::int8 as task_id, null::int8 as goal_id,
	null::int8 as skill_id, null::int8 as project_id, r.instant as created_at, now() as updated_at,
	r.instant as "timestamp", r.archived_at is not null as topic_archived, true as created, false as replayed
from new_session as r
order by r.ord
