-- Stores a new password and ends all log-ins, but no personal tokens. The old password was checked
-- (account.change_password), or an admin sets the new one (accounts.set_password).
with request as materialized (
	select r.*, r.holder_id as account_id
	from unnest($1::int8[], $2::int8[], $3::bool[], $4::text[], $5::text[], $6::int8[], $7::text[], $8::text[])
		with ordinality
		as r (actor_id, holder_id, is_verified, checked_hash, hash, caller_scopes, caller_credential,
			caller_address, ord)
	order by r.holder_id
),
account as materialized ( -- locked in key order
	select r.*,
		r.is_verified
			and (r.checked_hash is null or confirm_password_hash(a.account_id, r.checked_hash, null)) as is_right
	{{>locked_account}}
),
verdict as materialized (
	select w.*,
		case
			{{>refused_password}}
		end as outcome
	from account as w
),
changed as materialized (
	select v.ord, set_password_hash(v.account_id, v.hash) as is_set, end_logins(v.account_id, 'password') as logins
	from verdict as v
	where v.outcome is null
),
recorded as (
	insert into security_events (account_id, kind, credential, address, details)
	select v.account_id, case when c.is_set then 'password_changed' else 'password_failed' end, v.caller_credential,
		v.caller_address, jsonb_build_object('by', v.actor_id)
	from verdict as v
	left join changed as c on c.ord = v.ord
	where v.outcome is distinct from 'NO_PASSWORD'
	order by v.ord
)
select v.ord, v.outcome, t.tokens, c.logins as ended_logins
from verdict as v
left join changed as c on c.ord = v.ord
left join lateral ( -- those that stay valid
	select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.id), '[]') as tokens
	from tokens as t
	where t.account_id = v.account_id and t.revoked_at is null and not coalesce(t.expires_at <= now(), false)
) as t on v.outcome is null
order by v.ord
