-- Makes a personal token for somebody who has shown his password. Without `scopes` it has those of
-- his role. Each failure stores one event; account 0 is nobody.
with request as materialized (
	select r.ord, nfc(r.name) as name, token_scopes(r.scopes) as wanted_scopes, r.holder_id, r.is_verified,
		r.checked_hash, r.hash, r.caller_address
	from unnest($1::int8[], $2::text[], $3::jsonb[], $4::int8[], $5::bool[], $6::text[], $7::text[], $8::int8[],
			$9::text[], $10::text[])
		with ordinality
		as r (account_id, name, scopes, holder_id, is_verified, checked_hash, hash, caller_scopes,
			caller_credential, caller_address, ord)
	order by r.holder_id
),
{{>password_holder}}
verdict as materialized (
	select h.*, coalesce(h.wanted_scopes, role_scopes(h.role)) as scopes, null::timestamptz as expires_at,
		case
			when h.refusal is not null then h.refusal
			when scope_bits(h.wanted_scopes) & ~scope_bits(role_scopes(h.role)) <> 0
				then 'SCOPE_MISSING scopes: a token cannot have more scopes than its account'
			when count_tokens(h.found_id) + row_number() over (partition by h.found_id order by h.ord) > 100
				then 'INVALID_INPUT: the account has 100 tokens: revoke one first'
		end as outcome
	from holder as h
),
{{>new_token}}
recorded as (
	insert into security_events (account_id, kind, address, details)
	select coalesce(v.found_id, 0), case when v.outcome is null then 'token_created' else 'login_failed' end,
		v.caller_address,
		case
			when v.outcome is null
				then jsonb_build_object('token_id', s.id, 'name', s.name, 'scopes', s.scopes, 'by', 'password')
			else jsonb_build_object('reason', substring(v.outcome from '^[A-Z_]+'))
		end
	from verdict as v
	left join stored as s on s.ord = v.ord
	order by v.ord
)
select v.ord, v.outcome,
	{{>token_columns}}, t.token, v.username, v.role, v.found_id as account_id
from verdict as v
left join stored as t on t.ord = v.ord
order by v.ord
