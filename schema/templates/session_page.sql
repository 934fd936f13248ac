-- A page of sessions.list without a filter, in one order. The row after the page tells that there
-- is one more page. The scan of the index gives the order: nothing is sorted.
select r.ord, null::text as outcome, s.id, s.topic_id, t.name as tag, s.study_date, s.duration_minutes,
	s.duration_minutes as minutes, s.notes, s.task_id, s.goal_id, s.skill_id, s.project_id, s.created_at,
	s.updated_at, s.created_at as "timestamp", s.{{column}} as next_cursor
from unnest($1::int8[], $2::int8[], $3::int8[], $4::uuid[]) with ordinality
	as r (account_id, "limit", cursor_key, cursor_id, ord)
cross join lateral (
	select *
	from sessions as s
	where s.account_id = r.account_id and s.deleted_at is null
		and (s.{{column}}, s.id) {{after}} (
			case when r.cursor_key is null then {{#is_descending}}'infinity'{{/is_descending}}{{^is_descending}}'-infinity'{{/is_descending}}
				{{#is_date}}
				else date '1970-01-01' + least(greatest(r.cursor_key, -30000), 3000000)::int end,
				{{/is_date}}
				{{^is_date}}
				else 'epoch'::timestamptz + interval '1 microsecond'
					* least(greatest(r.cursor_key, -2300000000000000), 9000000000000000) end,
				{{/is_date}}
			{{#is_descending}}
			coalesce(r.cursor_id, {{>least_id}}))
			{{/is_descending}}
			{{^is_descending}}
			coalesce(r.cursor_id, {{>greatest_id}}))
			{{/is_descending}}
	order by s.{{column}}{{direction}}, s.id{{direction}}
	limit least(r."limit", 500) + 1
) as s
cross join lateral (
	select t.name
	from topics as t
	where t.account_id = r.account_id and t.id = s.topic_id
	limit 1
) as t
order by r.ord
