with new_request as materialized (
	select r.*{{#held}}, coalesce(r.{{name}}, e.{{name}}) as new_{{name}}{{/held}}
	{{$params}}
	from unnest(${{+}}::int8[], ${{+}}::{{key_type}}[],
			{{#changed}}
			${{+}}::{{type}}[],
			{{#is_nullable}}
			${{+}}::bool[],
			{{/is_nullable}}
			{{/changed}}
			${{+}}::text[], ${{+}}::text[])
		with ordinality
		as r (account_id, {{entity}}_id, {{#changed}}{{name}}, {{#is_nullable}}has_{{name}}, {{/is_nullable}}{{/changed}}if_match, if_none_match, ord)
	{{/params}}
	{{>read_held}}
),
{{#held}}
held_{{name}} as materialized ( -- locked against deletion, in key order, before the rows that name it;
	-- also if the row keeps its {{of_entity}}, which may be merged meanwhile
	select r.ord, t.id
	from (select * from new_request as r order by r.account_id, r.new_{{name}}) as r
	cross join lateral (
		select *
		from {{of}} as t
		where t.account_id = r.account_id and t.id = r.new_{{name}}
		limit 1
		for key share
	) as t
	where t.deleted_at is null
),
{{/held}}
{{#links}}
{{#is_changed}}
{{>hold_link}}
{{/is_changed}}
{{/links}}
{{>hold_ids}}
locked as materialized ( -- in key order, with the new values
	select r.ord,
		{{#changed}}{{#is_nullable}}r.has_{{name}}{{/is_nullable}}{{^is_nullable}}r.{{name}} is not null{{/is_nullable}}{{| or }}{{/changed}}{{$or_changes}}{{/or_changes}} as has_changes,
		e.account_id, e.id, e.created_at, e.updated_at,
		{{#stored}}
		{{>changed_value}}
		{{/stored}}
		{{$more_values}}
		{{/more_values}}
		{{#unique}}
		{{#key}}
		e.{{name}} as old_{{name}},
		{{/key}}
		{{/unique}}
		case
			{{#held}}
			when r.{{name}} is null and e.{{name}} is distinct from r.held_{{name}}
				and run_again('the {{entity}} was moved') then null
			{{/held}}
			{{>preconditions}}
			{{#held}}
			when r.{{name}} is not null and r.held_{{name}} is null then 'UNKNOWN_{{OF_ENTITY}}'
			{{/held}}
			{{#changed}}
			{{#is_instant}}
			when not is_local_time(r.account_id, r.{{name}})
				then 'INVALID_INPUT {{name}}: {{name}} ' || local_time_refusal(r.account_id, r.{{name}})
			{{/is_instant}}
			{{/changed}}
			{{#links}}
			{{#is_changed}}
			when r.{{name}} is not null and r.held_{{name}} is null
				then 'UNKNOWN_{{OF_ENTITY}} {{name}}: {{name}} names no {{of_label}}'
			{{/is_changed}}
			{{/links}}
			{{#stored}}
			{{#is_ids}}
			when coalesce(r.found_{{name}}, 0) < cardinality(distinct_ids(r.{{name}}))
				then 'UNKNOWN_{{OF_ENTITY}} {{name}}: {{name}} names no {{of_label}}'
			{{/is_ids}}
			{{/stored}}
		end as {{?unique|checks|derived|tag_fields}}refusal{{/unique|checks|derived|tag_fields}}{{^unique|checks|derived|tag_fields}}outcome{{/unique|checks|derived|tag_fields}}
	from (
		select r.*{{#held}}, held_{{name}}.id as held_{{name}}{{/held}}
			{{#links}}
			{{#is_changed}}
			, held_{{name}}.id as held_{{name}}
			{{/is_changed}}
			{{/links}}
			{{#stored}}
			{{#is_ids}}
			, held_{{name}}.found as found_{{name}}
			{{/is_ids}}
			{{/stored}}
		from new_request as r
		{{#held}}
		left join held_{{name}} on held_{{name}}.ord = r.ord
		{{/held}}
		{{#links}}
		{{#is_changed}}
		left join held_{{name}} on held_{{name}}.ord = r.ord
		{{/is_changed}}
		{{/links}}
		{{>join_ids}}
		order by r.account_id, r.{{entity}}_id
	) as r
	{{>lock_row}}
	where e.deleted_at is null
),
{{#unique}}
unique_check as materialized ( -- of several requests with the same new {{field}}, the first gets it
	select e.*, e.is_new and (
			row_number() over (partition by e.account_id{{#key}}, e.new_{{name}}{{/key}}, e.is_new, e.refusal is null order by e.ord) > 1
			or (
				{{>unique_row}}
			) is not null)
		as is_taken
	from (
		select e.*, {{#key}}e.new_{{name}} is not null and {{/key}}({{#key}}e.new_{{name}}{{|, }}{{/key}})
				is distinct from ({{#key}}e.old_{{name}}{{|, }}{{/key}})
			as is_new
		from (
			select e.*{{#key}}, {{value}} as new_{{name}}{{/key}}
			from locked as e
			offset 0 -- otherwise each use would make the value again
		) as e
	) as e
),
{{/unique}}
{{?unique|checks|derived|tag_fields}}
verdict as materialized (
	select e.ord, e.has_changes, e.account_id, e.id, e.created_at, e.updated_at
		{{#stored}}
		{{#is_derived}}
		, {{expression}} as {{name}}
		{{/is_derived}}
		{{#is_tags}}
		, e.tag_ids, e.{{name}}
		{{/is_tags}}
		{{^is_derived}}
		{{^is_tags}}
		, e.{{name}}
		{{/is_tags}}
		{{/is_derived}}
		{{/stored}}
		{{#unique}}
		, e.is_taken{{#key}}, e.new_{{name}}{{/key}}
		{{/unique}}
		{{$more_columns}}
		{{/more_columns}}
		, case
			when e.refusal is not null then e.refusal
			{{#checks}}
			when {{condition}} then '{{outcome}}'
			{{/checks}}
			{{#unique}}
			when e.is_taken{{$and_refused}}{{/and_refused}} then '{{>taken}}'
			{{/unique}}
		end as outcome
	from {{#unique}}unique_check{{/unique}}{{^unique}}locked{{/unique}} as e
),
{{/unique|checks|derived|tag_fields}}
{{>tag_list}}
{{#tag_fields}}
tagged as materialized (
	select v.ord, v.has_changes, v.account_id, v.id, v.created_at, v.updated_at, v.outcome
		{{#stored}}
		{{#is_tags}}
		, case when v.{{name}} is null then v.tag_ids else coalesce(l.tag_ids, '{}') end as tag_ids
		{{/is_tags}}
		{{^is_tags}}
		, v.{{name}}
		{{/is_tags}}
		{{/stored}}
	from verdict as v
	left join tag_list as l on l.ord = v.ord
),
{{/tag_fields}}
changed as ( -- by the primary key: see schema/deploy/bounded_lookups.sql
	insert into {{table}} as e (account_id, id{{#stored}}, {{column}}{{/stored}}{{$more_stored}}{{/more_stored}})
	select l.account_id, l.id{{#stored}}, l.{{column}}{{/stored}}{{$more_new}}{{/more_new}}
	from {{>judged}} as l
	where l.outcome is null and l.has_changes
	order by l.account_id, {{#unique}}{{#key}}l.new_{{name}}, {{/key}}{{/unique}}l.id
	on conflict (account_id, id) do update
		set{{#stored}} {{column}} = excluded.{{column}},{{/stored}}
			{{$more_set}}
			{{/more_set}}
			updated_at = next_update(e.updated_at)
	returning e.account_id, e.id, e.updated_at
)
select e.ord, {{$outcome}}e.outcome{{/outcome}}, e.id,
	{{#columns}}
	{{>changed_column}}
	{{/columns}}
	{{#unique}}
	, {{$details}}t.id as "details.{{entity}}_id"{{/details}}
	{{/unique}}
from {{>judged}} as e
left join changed as c on c.account_id = e.account_id and c.id = e.id
{{>references_now}}
{{#unique}}
left join lateral {{entity}}_of_key_now(
	case when e.outcome = '{{>taken}}' then e.account_id end{{#key}}, e.new_{{name}}{{/key}}) as t on true
{{/unique}}
order by e.ord
