{{#references}}
left join lateral (
	select {{#lookups}}{{value}} as {{name}}{{|, }}{{/lookups}}
	from {{one}}_now(e.account_id, e.{{name}}) as t
) as {{name}}_row on true
{{/references}}
