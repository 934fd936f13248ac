-- A day of the account: what it planned, what is overdue, whom it meets and how long it studied.
-- Each list has at most 100 rows; has_more tells whether one of them was cut.
with request as materialized (
	select r.ord, r.account_id, coalesce(r.date, a.today) as date
	from unnest($1::int8[], $2::date[]) with ordinality as r (account_id, date, ord)
	cross join lateral (select account_today(r.account_id) as today) as a
)
select r.ord, null::text as outcome, r.date, task.rows as tasks, late.rows as overdue,
	meeting.rows as meetings, action.rows as action_items, today.minutes, today.sessions,
	week.minutes as minutes_this_week,
	task.has_more or late.has_more or meeting.has_more or action.has_more as has_more
from request as r
cross join lateral (
	select coalesce(jsonb_agg(task_summary(t.row) order by t.place) filter (where t.place <= 100), '[]') as rows,
		count(*) > 100 as has_more
	from (
		select t as row, row_number() over (order by t.id) as place
		from tasks as t
		where t.account_id = r.account_id and t.date = r.date and t.deleted_at is null
		order by t.id
		limit 101
	) as t
) as task
cross join lateral (
	select coalesce(jsonb_agg(task_summary(t.row) order by t.place) filter (where t.place <= 100), '[]') as rows,
		count(*) > 100 as has_more
	from (
		select t as row, row_number() over (order by t.date, t.id) as place
		from tasks as t
		where t.account_id = r.account_id and t.date < r.date and t.deleted_at is null
			and t.status <> 'done'
		order by t.date, t.id
		limit 101
	) as t
) as late
cross join lateral (
	select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'title', m.title, 'meeting_time',
				to_char(m.meeting_time, 'HH24:MI'), 'duration_minutes', m.duration_minutes,
				'organization_id', m.organization_id, 'preparation_notes', m.preparation_notes,
				'attendees', people_of(m.account_id, m.attendee_ids))
			order by m.meeting_time, m.id) filter (where m.place <= 100), '[]') as rows,
		count(*) > 100 as has_more
	from (
		select m.*, row_number() over (order by m.id) as place
		from meetings as m
		where m.account_id = r.account_id and m.meeting_date = r.date and m.deleted_at is null
		order by m.id
		limit 101
	) as m
) as meeting
cross join lateral (
	select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'description', a.description,
				'due_date', a.due_date, 'status', a.status, 'priority', a.priority,
				'source_type', a.source_type, 'source_id', a.source_id)
			order by a.place) filter (where a.place <= 100), '[]') as rows,
		count(*) > 100 as has_more
	from (
		select a.*, row_number() over (order by a.due_date, a.id) as place
		from action_items as a
		where a.account_id = r.account_id and a.due_date <= r.date and a.deleted_at is null
			and a.status <> 'done'
		order by a.due_date, a.id
		limit 101
	) as a
) as action
cross join lateral (
	select coalesce(sum(d.minutes), 0)::int8 as minutes, coalesce(sum(d.sessions), 0)::int8 as sessions
	from daily_totals as d
	where d.account_id = r.account_id and d.study_date = r.date
) as today
cross join lateral (
	select coalesce(sum(d.minutes), 0)::int8 as minutes
	from daily_totals as d
	where d.account_id = r.account_id and d.study_date >= account_week(r.account_id, r.date)
		and d.study_date < account_week(r.account_id, r.date) + 7
) as week
order by r.ord
