cross join lateral (
	select *
	from accounts as a
	where a.account_id = r.account_id
	limit 1
) as a
where a.status <> 'deleted'
order by r.ord
