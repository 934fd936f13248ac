from request as r
cross join lateral (
	select *
	from accounts as a
	where a.account_id = r.account_id
	limit 1
	for no key update
) as a
where a.status <> 'deleted'
