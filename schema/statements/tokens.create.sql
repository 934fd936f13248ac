-- Makes a personal token with some of the scopes of the caller. The response shows it; only its
-- hash is stored.
with request as materialized (
	select r.ord, r.account_id as holder_id, nfc(r.name) as name, r.expires_at, r.caller_credential,
		r.caller_address, token_scopes(r.scopes) as scopes, coalesce(r.caller_scopes, 0)::int as caller_scopes
	from unnest($1::int8[], $2::text[], $3::jsonb[], $4::timestamptz[], $5::int8[], $6::text[], $7::text[])
		with ordinality
		as r (account_id, name, scopes, expires_at, caller_scopes, caller_credential, caller_address, ord)
	order by r.account_id
),
verdict as materialized (
	select r.*,
		case
			when scope_bits(r.scopes) & ~r.caller_scopes <> 0
				then 'SCOPE_MISSING scopes: a token cannot have more scopes than the credentials that make it'
			when r.expires_at <= now() then 'INVALID_INPUT expires_at: expires_at must be in the future'
			when count_tokens(a.account_id) + row_number() over (partition by a.account_id order by r.ord) > 100
				then 'INVALID_INPUT: the account has 100 tokens: revoke one first'
		end as outcome
	from request as r
	cross join lateral ( -- locked, so that another transaction does not make the 101st token
		select *
		from accounts as a
		where a.account_id = r.holder_id
		limit 1
		for no key update
	) as a
),
{{>new_token}}
recorded as (
	insert into security_events (account_id, kind, credential, address, details)
	select v.holder_id, 'token_created', v.caller_credential, v.caller_address,
		jsonb_build_object('token_id', s.id, 'name', s.name, 'scopes', s.scopes)
	from stored as s
	join verdict as v on v.ord = s.ord
	order by v.ord
)
select v.ord, v.outcome,
	{{>token_columns}}, t.token
from verdict as v
left join stored as t on t.ord = v.ord
order by v.ord
