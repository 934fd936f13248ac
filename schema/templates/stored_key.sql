stored_key as (
	insert into idempotency_keys as k (account_id, key, fingerprint, answer)
	select a.account_id, a.idempotency_key, a.fingerprint,
		to_jsonb(a) - '{ord,outcome,fingerprint,name_key,is_created}'::text[]
	from response as a
	where a.idempotency_key is not null and a.id is not null and a.outcome is null
	order by a.account_id, a.idempotency_key
	on conflict (account_id, key) do update
		set fingerprint = excluded.fingerprint, answer = excluded.answer,
			created_at = excluded.created_at
		where is_idempotency_key_over(k.created_at)
)
