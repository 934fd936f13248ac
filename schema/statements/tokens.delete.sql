-- Revokes a token. Its row stays, because security events name it.
with request as materialized (
	select r.*
	from unnest($1::int8[], $2::int8[], $3::int8[], $4::text[], $5::text[]) with ordinality
		as r (account_id, token_id, caller_scopes, caller_credential, caller_address, ord)
	order by r.account_id, r.token_id
),
locked as materialized ( -- in key order
	select r.ord, r.caller_credential, r.caller_address, t.*
	from request as r
	cross join lateral (
		select *
		from tokens as t
		where t.account_id = r.account_id and t.id = r.token_id
		limit 1
		for no key update
	) as t
	where t.revoked_at is null
),
revoked as (
	insert into tokens as t (account_id, id, name, hash, scopes)
	select l.account_id, l.id, l.name, l.hash, l.scopes
	from locked as l
	order by l.account_id, l.id
	on conflict (account_id, id) do update set revoked_at = now()
),
recorded as (
	insert into security_events (account_id, kind, credential, address, details)
	select l.account_id, 'token_revoked', l.caller_credential, l.caller_address,
		jsonb_build_object('token_id', l.id, 'name', l.name)
	from locked as l
	order by l.ord
)
select t.ord, null::text as outcome,
	{{>token_columns}}
from locked as t
order by t.ord
