-- A request with a live idempotency key gets the stored response (`replay`).
{{#unique}}
-- Of several requests with the same {{field}}, the first makes the row.
{{/unique}}
with request as materialized (
	select r.*, request_fingerprint(case
			when r.idempotency_key is not null
			then jsonb_build_array('{{table}}.create'{{#created}}, r.{{name}}{{/created}})
		end) as fingerprint
	from unnest(${{+}}::int8[],
			{{#created}}
			${{+}}::{{type}}[],
			{{/created}}
			${{+}}::text[])
		with ordinality
		as r (account_id, {{#created}}{{name}}, {{/created}}idempotency_key, ord)
),
{{>replay}}
new_request as materialized ( -- with ids and defaults
	select r.ord, r.account_id, r.idempotency_key, r.fingerprint, nextval('{{table}}_id_seq') as id
		{{#created}}
		{{>created_value}}
		{{/created}}
	from (
		select r.*
		from request as r
		where not exists (select from replay as k where k.ord = r.ord)
		order by r.ord
	) as r
),
{{#links}}
{{>hold_link}}
{{/links}}
{{>hold_ids}}
verdict as materialized (
	select e.*
		{{#derived}}
		, {{expression}} as new_{{name}}
		{{/derived}}
		{{#unique}}
		{{#key}}
		, {{value}} as new_{{name}}
		{{/key}}
		{{/unique}}
		, case
			when e.refusal is not null then e.refusal
			{{#checks}}
			when {{condition}} then '{{outcome}}'
			{{/checks}}
		end as outcome
	from (
		select r.ord, r.account_id, r.idempotency_key, r.fingerprint, r.id
			{{#stored}}
			{{#is_created}}
			{{#is_ids}}
			, coalesce(distinct_ids(r.{{name}}), '{}') as {{name}}
			{{/is_ids}}
			{{^is_ids}}
			, r.{{name}}
			{{/is_ids}}
			{{/is_created}}
			{{#is_derived}}
			, null::{{column_type}} as {{name}}
			{{/is_derived}}
			{{/stored}}
			, coalesce(
				{{#created}}
				{{#is_instant}}
				case
					when r.refusal_{{name}} is not null
						then 'INVALID_INPUT {{name}}: {{name}} ' || r.refusal_{{name}}
				end,
				{{/is_instant}}
				{{/created}}
				{{#links}}
				case
					when r.{{name}} is not null and held_{{name}}.id is null
						then '{{#is_parent}}{{OF_ENTITY}}_NOT_FOUND{{/is_parent}}{{^is_parent}}UNKNOWN_{{OF_ENTITY}} {{name}}: {{name}} names no {{of_label}}{{/is_parent}}'
				end,
				{{/links}}
				{{#stored}}
				{{#is_ids}}
				case
					when coalesce(held_{{name}}.found, 0) < cardinality(distinct_ids(r.{{name}}))
						then 'UNKNOWN_{{OF_ENTITY}} {{name}}: {{name}} names no {{of_label}}'
				end,
				{{/is_ids}}
				{{/stored}}
				null) as refusal
		from new_request as r
		{{#links}}
		left join held_{{name}} on held_{{name}}.ord = r.ord
		{{/links}}
		{{>join_ids}}
	) as e
),
{{>tag_list}}
created as (
	insert into {{table}} (account_id, id{{#stored}}{{#is_inserted}}, {{column}}{{/is_inserted}}{{/stored}})
	select v.account_id, v.id{{#stored}}{{#is_inserted}}, {{#is_derived}}v.new_{{name}}{{/is_derived}}{{#is_tags}}coalesce(l.tag_ids, '{}'){{/is_tags}}{{^is_derived}}{{^is_tags}}v.{{name}}{{/is_tags}}{{/is_derived}}{{/is_inserted}}{{/stored}}
	from verdict as v
	{{#tag_fields}}
	left join tag_list as l on l.ord = v.ord
	{{/tag_fields}}
	where v.outcome is null
	order by v.account_id, {{#unique}}{{#key}}v.new_{{name}}, {{/key}}{{/unique}}v.id
	{{#unique}}
	on conflict (account_id{{#key}}, {{name}}{{/key}}) where deleted_at is null{{#key}} and {{name}} is not null{{/key}} do nothing
	{{/unique}}
	returning *
),
response as materialized (
	select v.ord, v.outcome, v.account_id, v.idempotency_key, v.fingerprint, e.id
		{{#columns}}
		, {{>value}} as {{name}}
		{{/columns}}
	from verdict as v
	left join created as e on e.account_id = v.account_id and e.id = v.id
	{{>references_now}}
),
{{#unique}}
late_replay as materialized ( -- another transaction took the {{field}} meanwhile, with the same key
	select a.ord, a.fingerprint = k.fingerprint as is_same, k.answer
	from response as a
	cross join lateral idempotency_key_now(a.account_id, a.idempotency_key) as k
	where a.id is null and a.outcome is null
),
{{/unique}}
{{>stored_key}}
select a.ord
	{{#unique}}
	, case
		when a.outcome is null and a.id is null then '{{>taken}}'
		else a.outcome
	end as outcome
	{{/unique}}
	{{^unique}}
	, a.outcome
	{{/unique}}
	, a.id{{#columns}}, a.{{name}}{{/columns}}, false as replayed
	{{#unique}}
	, t.id as "details.{{entity}}_id"
	{{/unique}}
from response as a
{{#unique}}
left join verdict as v on v.ord = a.ord and a.outcome is null and a.id is null
left join lateral {{entity}}_of_key_now(v.account_id{{#key}}, v.new_{{name}}{{/key}}) as t on true
where not exists (select from late_replay as k where k.ord = a.ord)
{{/unique}}
union all
select k.ord, case when not k.is_same then 'IDEMPOTENCY_KEY_REUSED' end, e.id{{#columns}}, e.{{name}}{{/columns}}, true
	{{#unique}}
	, null
	{{/unique}}
from {{#unique}}(select * from replay union all select * from late_replay){{/unique}}{{^unique}}replay{{/unique}} as k
cross join lateral jsonb_to_record(case when k.is_same then k.answer end)
	as e (id {{key_type}}{{#columns}}, {{name}} {{>response_type}}{{/columns}})
order by ord
