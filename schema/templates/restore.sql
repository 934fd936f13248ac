-- A row that is not deleted is returned as it is.
with request as materialized (
	select r.*, request_fingerprint(case
			when r.idempotency_key is not null then jsonb_build_array('{{table}}.restore', r.{{key}})
		end) as fingerprint
	from unnest($1::int8[], $2::{{key_type}}[], $3::text[], $4::text[], $5::text[])
		with ordinality
		as r (account_id, {{key}}, idempotency_key, if_match, if_none_match, ord)
),
{{>replay}}
new_request as materialized (
	select r.*{{#held}}, e.{{name}}{{/held}}
	from request as r
	{{>read_held}}
	where not exists (select from replay as k where k.ord = r.ord)
),
{{#held}}
held_{{name}} as materialized ( -- locked against deletion, in key order, before the rows that name it
	select r.ord, t.id
	from (select * from new_request as r order by r.account_id, r.{{name}}) as r
	cross join lateral (
		select *
		from {{table}} as t
		where t.account_id = r.account_id and t.id = r.{{name}}
		limit 1
		for key share
	) as t
	where t.deleted_at is null
),
{{/held}}
locked as materialized ( -- in key order
	select r.ord, r.idempotency_key, r.fingerprint, e.*,
		case
			{{#held}}
			when e.{{name}} <> r.{{name}} and run_again('the {{entity}} was moved') then null
			{{/held}}
			{{>preconditions}}
			{{#held}}
			when r.held_{{name}} is null then '{{ONE}}_DELETED'
			{{/held}}
		end as outcome
	from (
		select r.*{{#held}}, held_{{name}}.id as held_{{name}}{{/held}}
		from new_request as r
		{{#held}}
		left join held_{{name}} on held_{{name}}.ord = r.ord
		{{/held}}
		order by r.account_id, r.{{key}}
	) as r
	{{>lock_row}}
),
restored as ( -- by the primary key: see schema/deploy/bounded_lookups.sql
	insert into {{table}} as e (account_id, id{{#required}}, {{name}}{{/required}})
	select l.account_id, l.id{{#required}}, l.{{name}}{{/required}}
	from locked as l
	where l.outcome is null and l.deleted_at is not null
	order by l.account_id, l.id
	on conflict (account_id, id) do update set deleted_at = null, updated_at = next_update(e.updated_at)
	returning e.account_id, e.id, e.updated_at
),
response as materialized (
	select e.ord, e.outcome, e.account_id, e.idempotency_key, e.fingerprint, e.id,
		{{>changed_columns}}
	from locked as e
	left join restored as c on c.account_id = e.account_id and c.id = e.id
	{{>references_now}}
),
{{>stored_key}}
select e.ord, e.outcome, e.id{{#columns}}, e.{{name}}{{/columns}}, false as replayed
	{{#held}}
	, case when e.outcome = '{{ONE}}_DELETED' then e.{{name}} end as "details.{{name}}"
	{{#lookups}}
	, case when e.outcome = '{{ONE}}_DELETED' then e.{{name}} end as "details.{{name}}"
	{{/lookups}}
	{{/held}}
from response as e
union all
select k.ord, case when not k.is_same then 'IDEMPOTENCY_KEY_REUSED' end, e.id{{#columns}}, e.{{name}}{{/columns}}, true
	{{#held}}
	, null{{#lookups}}, null{{/lookups}}
	{{/held}}
from replay as k
cross join lateral jsonb_to_record(case when k.is_same then k.answer end)
	as e (id {{key_type}}{{#columns}}, {{name}} {{response_type}}{{/columns}})
order by ord
