new_request as materialized ( -- the requests that name links
	select r.ord, r.account_id{{#links}}, r.{{name}}{{/links}}
	from request as r
	where num_nonnulls({{#links}}r.{{name}}{{|, }}{{/links}}) > 0
		and not exists (select from replay as k where k.ord = r.ord)
),
{{#links}}
{{>hold_link}}
{{/links}}
refused_link as materialized ( -- the first link of each request that names no row
	select *
	from (
		select r.ord,
			case
				{{#links}}
				when r.{{name}} is not null and held_{{name}}.id is null
					then 'UNKNOWN_{{OF_ENTITY}} {{name}}: {{name}} names no {{of_label}}'
				{{/links}}
			end as refusal
		from new_request as r
		{{#links}}
		left join held_{{name}} on held_{{name}}.ord = r.ord
		{{/links}}
	) as r
	where r.refusal is not null
),
