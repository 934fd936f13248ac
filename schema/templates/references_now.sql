{{#fields}}
{{?lookups}}
left join lateral (
	select {{#lookups}}{{expression}} as {{name}}{{|, }}{{/lookups}}
	from {{of_entity}}_now(e.account_id, e.{{name}}) as t
) as {{name}}_row on true
{{/lookups}}
{{/fields}}
