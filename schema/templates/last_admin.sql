leaving_admin as materialized ( -- active admins whom a request takes away
	select w.ord, w.account_id
	from account as w
	where w.is_leaving_admin
),
admin as materialized (
	select a.account_id
	from hold_admins() as a (account_id)
	where exists (select from leaving_admin)
),
last_admin as materialized ( -- requests after which no admin would be left
	select w.ord
	from leaving_admin as w
	where not exists (
		select
		from admin as a
		where a.account_id <> w.account_id
			and not exists (
				select
				from leaving_admin as o
				where o.account_id = a.account_id and o.ord < w.ord))
),
