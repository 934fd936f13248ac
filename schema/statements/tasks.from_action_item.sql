-- Makes a task from an action item: its description is the task's title, shortened to 200
-- characters, and its whole text the task's description if it is longer. The item stays as it is.
-- A request with a live idempotency key gets the stored response (`replay`).
with request as materialized (
	select r.*, request_fingerprint(case
			when r.idempotency_key is not null
			then jsonb_build_array('tasks.from_action_item', r.action_item_id, r.date)
		end) as fingerprint
	from unnest($1::int8[], $2::int8[], $3::date[], $4::text[]) with ordinality
		as r (account_id, action_item_id, date, idempotency_key, ord)
),
{{>replay}}
new_request as materialized (
	select r.*, a.description, a.priority
	from request as r
	cross join lateral ( -- by the primary key: see lock_row
		select *
		from action_items as a
		where a.account_id = r.account_id and a.id = r.action_item_id
		limit 1
	) as a
	where a.deleted_at is null and not exists (select from replay as k where k.ord = r.ord)
),
new_task as materialized (
	select r.*, nextval('tasks_id_seq') as id
	from (select * from new_request as r order by r.ord) as r
),
created as (
	insert into tasks (account_id, id, title, description, priority, date)
	select r.account_id, r.id, left(r.description, 200),
		case when char_length(r.description) > 200 then r.description end, r.priority,
		coalesce(r.date, account_today(r.account_id))
	from new_task as r
	order by r.account_id, r.id
	returning *
),
response as materialized (
	select r.ord, null::text as outcome, r.account_id, r.idempotency_key, r.fingerprint, e.id
		{{#columns}}
		, {{>value}} as {{name}}
		{{/columns}}
	from new_task as r
	join created as e on e.account_id = r.account_id and e.id = r.id
),
{{>stored_key}}
select a.ord, a.outcome, a.id{{#columns}}, a.{{name}}{{/columns}}, false as replayed
from response as a
union all
select k.ord, case when not k.is_same then 'IDEMPOTENCY_KEY_REUSED' end, e.id{{#columns}}, e.{{name}}{{/columns}}, true
from replay as k
cross join lateral jsonb_to_record(case when k.is_same then k.answer end)
	as e (id {{key_type}}{{#columns}}, {{name}} {{>response_type}}{{/columns}})
order by ord
