-- What happened in a range of days, by day, kind, tag and topic; without a range, in the account's
-- week. A task counts on its date, and is done if it has completed_at, its derived column. Refused
-- are ranges over 366 days and ranges with over 50,000 rows of a kind. Half a range is completed
-- within the years 1900 to 9999: "to" is then at most 9999-12-31, but that day counts. An instant
-- after the beginning of the range may have an earlier account_day (see account_day_start): it
-- counts on the first day.
with request as materialized (
	select r.ord, r.account_id, a.time_zone, a.day_starts_at, p.first_day, p.end_day,
		case
			when p.end_day - p.first_day > 366
				then 'RANGE_TOO_LARGE from: the range must not be longer than 366 days'
		end as outcome
	from unnest($1::int8[], $2::date[], $3::date[]) with ordinality as r (account_id, "from", "to", ord)
	cross join lateral (select * from accounts as a where a.account_id = r.account_id limit 1) as a
	cross join lateral (
		select account_week(r.account_id, coalesce(r."to" - 1, account_today(r.account_id))) as first_day
	) as w
	cross join lateral (
		select coalesce(r."from", greatest(w.first_day, '1900-01-01')) as first_day,
			coalesce(r."to", least(coalesce(r."from", w.first_day) + 7, '10000-01-01')) as end_day
	) as p
),
entry as materialized ( -- each kind in the order of an index, so that it reads only the range
	select r.ord, e.*
	from request as r
	cross join lateral (
		select null::date as day, null as kind, false as is_done, null::int8[] as tag_ids
		where false
		{{#entities}}
		{{#has_list}}
		{{#range}}
		union all
		(
			select {{#is_date}}t.{{column}}{{/is_date}}{{^is_date}}greatest(account_day(r.time_zone, r.day_starts_at, t.{{column}}), r.first_day){{/is_date}}, '{{entity}}',
				{{#derived}}t.{{name}} is not null{{/derived}}{{^derived}}false{{/derived}}, {{#tag_fields}}t.tag_ids{{/tag_fields}}{{^tag_fields}}null{{/tag_fields}}
			from {{table}} as t
			where r.outcome is null and t.account_id = r.account_id and t.deleted_at is null
				{{#is_date}}
				and (t.{{column}}, t.id) >= (r.first_day, 0::int8) and t.{{column}} < r.end_day
				{{/is_date}}
				{{^is_date}}
				and (t.{{column}}, t.id) >= (account_day_start(r.account_id, r.first_day), 0::int8)
				and t.{{column}} < account_day_start(r.account_id, r.end_day)
				{{/is_date}}
			order by t.{{column}}, t.id
			limit 50001
		)
		{{/range}}
		{{/has_list}}
		{{/entities}}
	) as e
),
counted as materialized (
	select e.ord, e.day, count(*) filter (where e.kind = 'task') as tasks,
		count(*) filter (where e.is_done) as tasks_done,
		count(*) filter (where e.kind = 'learning') as learnings,
		count(*) filter (where e.kind = 'feedback') as feedback,
		count(*) filter (where e.kind = 'meeting') as meetings,
		count(*) filter (where e.kind = 'energy_checkin') as energy_checkins
	from entry as e
	group by e.ord, e.day
),
studied as materialized (
	select r.ord, d.study_date, d.topic_id, d.minutes, d.sessions
	from request as r
	cross join lateral (
		select d.*
		from daily_totals as d
		where r.outcome is null and d.account_id = r.account_id and d.study_date >= r.first_day
			and d.study_date < r.end_day
		offset 0 -- otherwise the pending totals of all accounts are read
	) as d
),
day as materialized (
	select d.ord, d.day, coalesce(c.tasks, 0) as tasks, coalesce(c.tasks_done, 0) as tasks_done,
		coalesce(c.learnings, 0) as learnings, coalesce(c.feedback, 0) as feedback,
		coalesce(c.meetings, 0) as meetings, coalesce(c.energy_checkins, 0) as energy_checkins,
		coalesce(s.minutes, 0) as minutes, coalesce(s.sessions, 0) as sessions
	from (
		select r.ord, d.day::date as day
		from request as r
		cross join lateral generate_series(r.first_day::timestamp, r.end_day - 1, interval '1 day') as d (day)
		where r.outcome is null
	) as d
	left join counted as c on c.ord = d.ord and c.day = d.day
	left join (
		select s.ord, s.study_date, sum(s.minutes) as minutes, sum(s.sessions) as sessions
		from studied as s
		group by s.ord, s.study_date
	) as s on s.ord = d.ord and s.study_date = d.day
),
size as materialized (
	select e.ord
	from entry as e
	group by e.ord, e.kind
	having count(*) > 50000
)
select r.ord,
	case
		when r.outcome is not null then r.outcome
		when exists (select from size as s where s.ord = r.ord) then 'RANGE_TOO_LARGE'
	end as outcome, r.first_day as "from", least(r.end_day, '9999-12-31') as "to",
	kinds.row as counts, days.rows as by_day, tag.rows as by_tag, topic.rows as by_topic
from request as r
cross join lateral (
	select jsonb_build_object('tasks', coalesce(sum(c.tasks), 0), 'tasks_done', coalesce(sum(c.tasks_done), 0),
		'learnings', coalesce(sum(c.learnings), 0), 'feedback', coalesce(sum(c.feedback), 0),
		'meetings', coalesce(sum(c.meetings), 0), 'energy_checkins', coalesce(sum(c.energy_checkins), 0),
		'minutes', coalesce(sum(c.minutes), 0), 'sessions', coalesce(sum(c.sessions), 0)) as row
	from day as c
	where c.ord = r.ord
) as kinds
cross join lateral (
	select coalesce(jsonb_agg(jsonb_build_object('day', c.day, 'tasks', c.tasks, 'tasks_done', c.tasks_done,
		'learnings', c.learnings, 'feedback', c.feedback, 'meetings', c.meetings,
		'energy_checkins', c.energy_checkins, 'minutes', c.minutes, 'sessions', c.sessions)
		order by c.day), '[]') as rows
	from day as c
	where c.ord = r.ord
) as days
cross join lateral ( -- the 100 tags that were used most
	select coalesce(jsonb_agg(jsonb_build_object('tag', t.name, 'learnings', u.learnings, 'feedback', u.feedback)
		order by u.learnings + u.feedback desc, t.name), '[]') as rows
	from (
		select u.id, count(*) filter (where e.kind = 'learning') as learnings,
			count(*) filter (where e.kind = 'feedback') as feedback
		from entry as e
		cross join lateral unnest(e.tag_ids) as u (id)
		where e.ord = r.ord
		group by u.id
		order by count(*) desc, u.id
		limit 100
	) as u
	cross join lateral (
		select t.name from tags as t where t.account_id = r.account_id and t.id = u.id limit 1) as t
) as tag
cross join lateral ( -- the 100 topics that were studied most
	select coalesce(jsonb_agg(jsonb_build_object('topic_id', u.topic_id, 'tag', t.name, 'minutes', u.minutes,
		'sessions', u.sessions) order by u.minutes desc, u.topic_id), '[]') as rows
	from (
		select d.topic_id, sum(d.minutes) as minutes, sum(d.sessions) as sessions
		from studied as d
		where d.ord = r.ord
		group by d.topic_id
		order by sum(d.minutes) desc, d.topic_id
		limit 100
	) as u
	cross join lateral (
		select t.name from topics as t where t.account_id = r.account_id and t.id = u.topic_id limit 1) as t
) as topic
order by r.ord
