with request as materialized (
	select r.*{{#held}}, coalesce(r.{{name}}, e.{{name}}) as new_{{name}}{{/held}}
	from unnest($1::int8[], $2::{{key_type}}[],
			{{#params}}
			${{number}}::{{type}}[],
			{{/params}}
			${{if_match}}::text[], ${{if_none_match}}::text[])
		with ordinality
		as r (account_id, {{key}}, {{#params}}{{name}}, {{/params}}if_match, if_none_match, ord)
	{{>read_held}}
),
{{#held}}
held_{{name}} as materialized ( -- locked against deletion, in key order, before the rows that name it;
	-- also for a row that keeps its {{one}}, because the {{one}} may be merged meanwhile
	select r.ord, t.id
	from (select * from request as r order by r.account_id, r.new_{{name}}) as r
	cross join lateral (
		select *
		from {{table}} as t
		where t.account_id = r.account_id and t.id = r.new_{{name}}
		limit 1
		for key share
	) as t
	where t.deleted_at is null
),
{{/held}}
locked as materialized ( -- in key order, with the new values
	select r.ord,
		{{#changes}}{{#is_nullable}}r.has_{{name}}{{/is_nullable}}{{^is_nullable}}r.{{name}} is not null{{/is_nullable}}{{| or }}{{/changes}} as has_changes,
		e.account_id, e.id, e.created_at, e.updated_at,
		{{#changes}}
		{{#is_nullable}}
		case when r.has_{{name}} then r.{{name}} else e.{{name}} end as {{name}},
		{{/is_nullable}}
		{{^is_nullable}}
		coalesce(r.{{name}}::{{column_type}}, e.{{name}}) as {{name}},
		{{/is_nullable}}
		{{/changes}}
		case
			{{#held}}
			when r.{{name}} is null and e.{{name}} is distinct from r.held_{{name}}
				and run_again('the {{entity}} was moved') then null
			{{/held}}
			{{>preconditions}}
			{{#held}}
			when r.{{name}} is not null and r.held_{{name}} is null then 'UNKNOWN_{{ONE}}'
			{{/held}}
		end as outcome
	from (
		select r.*{{#held}}, held_{{name}}.id as held_{{name}}{{/held}}
		from request as r
		{{#held}}
		left join held_{{name}} on held_{{name}}.ord = r.ord
		{{/held}}
		order by r.account_id, r.{{key}}
	) as r
	{{>lock_row}}
	where e.deleted_at is null
),
changed as ( -- by the primary key: see schema/deploy/bounded_lookups.sql
	insert into {{table}} as e (account_id, id{{#changes}}, {{name}}{{/changes}})
	select l.account_id, l.id{{#changes}}, l.{{name}}{{/changes}}
	from locked as l
	where l.outcome is null and l.has_changes
	order by l.account_id, l.id
	on conflict (account_id, id) do update
		set{{#changes}} {{name}} = excluded.{{name}},{{/changes}}
			updated_at = next_update(e.updated_at)
	returning e.account_id, e.id, e.updated_at
)
select e.ord, e.outcome, e.id,
	{{>changed_columns}}
from locked as e
left join changed as c on c.account_id = e.account_id and c.id = e.id
{{>references_now}}
order by e.ord
