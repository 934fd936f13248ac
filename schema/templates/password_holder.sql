holder as materialized ( -- in key order; locked, so that nobody changes the account or its password meanwhile
	select r.*, a.account_id as found_id, a.username, a.role,
		case
			when not coalesce(r.is_verified and confirm_password_hash(a.account_id, r.checked_hash, r.hash), false)
				then 'INVALID_CREDENTIALS'
			when a.status <> 'active' then 'ACCOUNT_DISABLED'
		end as refusal
	from request as r
	left join lateral (
		select *
		from accounts as a
		where a.account_id = r.holder_id
		limit 1
		for no key update
	) as a on true
),
