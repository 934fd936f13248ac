{{#stored}}
{{#is_ids}}
held_{{name}} as materialized ( -- locked against deletion, in key order; found: how many there are
	select r.ord, count(*) as found
	from (
		select r.ord, r.account_id, i.id
		from new_request as r
		cross join lateral unnest(distinct_ids(r.{{name}})) as i (id)
		order by r.account_id, i.id
	) as r
	cross join lateral (
		select t.deleted_at
		from {{of}} as t
		where t.account_id = r.account_id and t.id = r.id
		limit 1
		for key share
	) as t
	where t.deleted_at is null
	group by r.ord
),
{{/is_ids}}
{{/stored}}
