with request as materialized (
	select r.*
	from unnest($1::int8[], $2::{{key_type}}[], $3::text[], $4::text[]) with ordinality
		as r (account_id, {{entity}}_id, if_match, if_none_match, ord)
	order by r.account_id, r.{{entity}}_id
),
locked as materialized ( -- in key order
	select r.ord, e.*,
		case
			{{>preconditions}}
			{{$kept}}
			{{/kept}}
		end as outcome
	from request as r
	cross join lateral ( -- as in lock_row, and against those who hold the row because they name it
		select *
		from {{table}} as e
		where e.account_id = r.account_id and e.id = r.{{entity}}_id
		limit 1
		for update
	) as e
	where e.deleted_at is null
),
deleted as ( -- by the primary key: see schema/deploy/bounded_lookups.sql
	insert into {{table}} as e (account_id, id{{#constrained}}, {{column}}{{/constrained}})
	select l.account_id, l.id{{#constrained}}, l.{{column}}{{/constrained}}
	from locked as l
	where l.outcome is null
	order by l.account_id, l.id
	on conflict (account_id, id) do update
		set deleted_at = now(), updated_at = next_update(e.updated_at)
	returning e.account_id, e.id, e.updated_at, e.deleted_at
)
select e.ord, e.outcome, e.id,
	{{#read_columns}}
	{{>changed_column}}
	{{/read_columns}}
	, c.deleted_at
from locked as e
{{>references_now}}
left join deleted as c on c.account_id = e.account_id and c.id = e.id
order by e.ord
