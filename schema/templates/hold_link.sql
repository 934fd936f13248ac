held_{{name}} as materialized ( -- locked against deletion, in key order
	select r.ord, t.id
	from (
		select r.ord, r.account_id, r.{{name}}
		from new_request as r
		where r.{{name}} is not null
		order by r.account_id, r.{{name}}
	) as r
	cross join lateral (
		select t.id, t.deleted_at
		from {{of}} as t
		where t.account_id = r.account_id and t.id = r.{{name}}
		limit 1
		for key share
	) as t
	where t.deleted_at is null
),
