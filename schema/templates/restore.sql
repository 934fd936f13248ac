-- A row that is not deleted is returned as it is.
with request as materialized (
	select r.*, request_fingerprint(case
			when r.idempotency_key is not null then jsonb_build_array('{{table}}.restore', r.{{entity}}_id{{$more_printed}}{{/more_printed}})
		end) as fingerprint
	{{$params}}
	from unnest($1::int8[], $2::{{key_type}}[], $3::text[], $4::text[], $5::text[])
		with ordinality
		as r (account_id, {{entity}}_id, idempotency_key, if_match, if_none_match, ord)
	{{/params}}
),
{{>replay}}
new_request as materialized (
	select r.*{{#anchors}}, e.{{name}}{{/anchors}}
	from request as r
	{{?anchors}}
	cross join lateral ( -- by the primary key: no other index fits without a condition on deleted_at
		select {{#anchors}}e.{{name}}{{|, }}{{/anchors}}
		from {{table}} as e
		where e.account_id = r.account_id and e.id = r.{{entity}}_id
		limit 1
	) as e
	{{/anchors}}
	where not exists (select from replay as k where k.ord = r.ord)
),
{{#anchors}}
held_{{name}} as materialized ( -- locked against deletion, in key order, before the rows that name it
	select r.ord, t.id
	from (select * from new_request as r order by r.account_id, r.{{name}}) as r
	cross join lateral (
		select *
		from {{of}} as t
		where t.account_id = r.account_id and t.id = r.{{name}}
		limit 1
		for key share
	) as t
	where t.deleted_at is null
),
{{/anchors}}
locked as materialized ( -- in key order
	select r.ord, r.idempotency_key, r.fingerprint, {{$more_params}}{{/more_params}}e.*,
		case
			{{#anchors}}
			when e.{{name}} <> r.{{name}} and run_again('the {{entity}} was moved') then null
			{{/anchors}}
			{{>preconditions}}
			{{#anchors}}
			when r.held_{{name}} is null then '{{OF_ENTITY}}_DELETED'
			{{/anchors}}
		end as {{#unique}}refusal{{/unique}}{{^unique}}outcome{{/unique}}
	from (
		select r.*{{#anchors}}, held_{{name}}.id as held_{{name}}{{/anchors}}
		from new_request as r
		{{#anchors}}
		left join held_{{name}} on held_{{name}}.ord = r.ord
		{{/anchors}}
		order by r.account_id, r.{{entity}}_id
	) as r
	{{>lock_row}}
),
{{#unique}}
verdict as materialized ( -- of several requests with the same {{field}}, the first gets it
	select e.*, case
			when e.refusal is not null then e.refusal
			when e.is_taken{{$and_refused}}{{/and_refused}} then '{{>taken}}'
		end as outcome
	from (
		select e.*, e.deleted_at is not null and (
				row_number() over (partition by e.account_id{{#key}}, e.new_{{name}}{{/key}}, e.refusal is null, e.deleted_at is null order by e.ord) > 1
				and {{#key}}e.new_{{name}} is not null{{| and }}{{/key}}
				or (
					{{>unique_row}}
				) is not null)
			as is_taken
		from (
			select e.*{{#key}}, e.{{name}} as new_{{name}}{{/key}}
			from locked as e
		) as e
	) as e
),
{{/unique}}
restored as ( -- by the primary key: see schema/deploy/bounded_lookups.sql
	insert into {{table}} as e (account_id, id{{#constrained}}, {{column}}{{/constrained}}{{$more_stored}}{{/more_stored}})
	select l.account_id, l.id{{#constrained}}, l.{{column}}{{/constrained}}{{$more_new}}{{/more_new}}
	from {{#unique}}verdict{{/unique}}{{^unique}}locked{{/unique}} as l
	where l.outcome is null and l.deleted_at is not null
	order by l.account_id, {{#unique}}{{#key}}l.new_{{name}}, {{/key}}{{/unique}}l.id
	on conflict (account_id, id) do update set deleted_at = null{{$more_set}}{{/more_set}}, updated_at = next_update(e.updated_at)
	returning e.account_id, e.id, e.updated_at
),
{{$more_steps}}
{{/more_steps}}
response as materialized (
	select e.ord, e.outcome, e.account_id, e.idempotency_key, e.fingerprint, e.id,
		{{#columns}}
		{{>changed_column}}
		{{/columns}}
	from {{#unique}}verdict{{/unique}}{{^unique}}locked{{/unique}} as e
	left join restored as c on c.account_id = e.account_id and c.id = e.id
	{{>references_now}}
	{{$more_joins}}
	{{/more_joins}}
),
{{>stored_key}}
select e.ord, {{$outcome}}e.outcome{{/outcome}}, e.id{{#columns}}, e.{{name}}{{/columns}}, false as replayed
	{{#anchors}}
	, case when e.outcome = '{{OF_ENTITY}}_DELETED' then e.{{name}} end as "details.{{name}}"
	{{#lookups}}
	{{^is_writes_only}}
	, case when e.outcome = '{{OF_ENTITY}}_DELETED' then e.{{name}} end as "details.{{name}}"
	{{/is_writes_only}}
	{{/lookups}}
	{{/anchors}}
	{{#unique}}
	, {{$details}}t.id as "details.{{entity}}_id"{{/details}}
	{{/unique}}
from response as e
{{#unique}}
left join verdict as v on v.ord = e.ord and v.outcome = '{{>taken}}'
left join lateral {{entity}}_of_key_now(v.account_id{{#key}}, v.new_{{name}}{{/key}}) as t on true
{{/unique}}
union all
select k.ord, case when not k.is_same then 'IDEMPOTENCY_KEY_REUSED' end, e.id{{#columns}}, e.{{name}}{{/columns}}, true
	{{#anchors}}
	, null{{#lookups}}{{^is_writes_only}}, null{{/is_writes_only}}{{/lookups}}
	{{/anchors}}
	{{#unique}}
	, {{$no_details}}null{{/no_details}}
	{{/unique}}
from replay as k
cross join lateral jsonb_to_record(case when k.is_same then k.answer end)
	as e (id {{key_type}}{{#columns}}, {{name}} {{>response_type}}{{/columns}})
order by ord
