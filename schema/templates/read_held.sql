{{?held}}
cross join lateral ( -- by the primary key: no other index fits without a condition on deleted_at
	select {{#held}}e.{{name}}{{|, }}{{/held}}
	from {{table}} as e
	where e.account_id = r.account_id and e.id = r.{{entity}}_id
	limit 1
) as e
{{/held}}
