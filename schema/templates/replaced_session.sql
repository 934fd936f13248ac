replaced as (
	insert into sessions as s (account_id, id, topic_id, study_date, duration_minutes, notes, created_at,
		task_id, goal_id, skill_id, project_id)
	select v.account_id, v.session_id, v.topic_id,
		case -- a day that is not given stays with created_at
			when v.given_date is null and 'created_at' <> all (v.differences) then (v.session).study_date
			else v.study_date
		end,
		v.duration_minutes, v.notes, coalesce(v.given_instant, (v.session).created_at),
		v.task_id, v.goal_id, v.skill_id, v.project_id
	from verdict as v
	where v.outcome is null and v.if_match is not null and v.differences <> '{}'
	order by v.account_id, v.session_id
	on conflict (account_id, id) do update
		set topic_id = excluded.topic_id, study_date = excluded.study_date,
			duration_minutes = excluded.duration_minutes, notes = excluded.notes,
			created_at = excluded.created_at, task_id = excluded.task_id, goal_id = excluded.goal_id,
			skill_id = excluded.skill_id, project_id = excluded.project_id,
			updated_at = next_update(s.updated_at)
	returning s.account_id, s.id, s.study_date, s.created_at, s.updated_at
),
