{{#references}}
left join lateral (
	select {{#columns}}{{value}} as {{name}}{{|, }}{{/columns}}
	from {{one}}_now(e.account_id, e.{{name}}) as t
) as {{name}}_row on true
{{/references}}
