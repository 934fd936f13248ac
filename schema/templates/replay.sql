replay as materialized ( -- requests whose idempotency key has a stored response
	select r.ord, r.fingerprint = k.fingerprint as is_same, k.answer
	from request as r
	cross join lateral (
		select *
		from idempotency_keys as k
		where k.account_id = r.account_id and k.key = r.idempotency_key
		limit 1
	) as k
	where is_live_key(k.created_at)
),
