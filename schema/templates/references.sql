{{#fields}}
{{?read_lookups}}
{{#is_nullable}}left{{/is_nullable}}{{^is_nullable}}cross{{/is_nullable}} join lateral (
	select {{#read_lookups}}{{expression}} as {{name}}{{|, }}{{/read_lookups}}
	from {{of}} as t
	where t.account_id = e.account_id and t.id = e.{{name}}
	limit 1
) as {{name}}_row{{#is_nullable}} on true{{/is_nullable}}
{{/read_lookups}}
{{/fields}}
