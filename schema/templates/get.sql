select r.ord, null::text as outcome, e.id,
	{{#read_columns}}
	{{>value}} as {{name}}{{|,}}
	{{/read_columns}}
from unnest($1::int8[], $2::{{key_type}}[]) with ordinality as r (account_id, {{entity}}_id, ord)
cross join lateral ( -- by the primary key: a condition on deleted_at would fit other indexes, too
	select *
	from {{table}} as e
	where e.account_id = r.account_id and e.id = r.{{entity}}_id
	limit 1
) as e
{{>references}}
where e.deleted_at is null
order by r.ord
