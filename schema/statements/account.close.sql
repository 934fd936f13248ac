-- Closes the account after its password was checked. accounts.purge deletes its rows.
with request as materialized (
	select r.*, r.holder_id as account_id
	from unnest($1::int8[], $2::int8[], $3::bool[], $4::text[], $5::int8[], $6::text[], $7::text[])
		with ordinality
		as r (actor_id, holder_id, is_verified, checked_hash, caller_scopes, caller_credential, caller_address, ord)
	order by r.holder_id
),
account as materialized ( -- locked in key order
	select w.*, w.is_right and w.is_admin and exists (
			select
			from accounts as o
			where o.account_id <> w.account_id and o.status <> 'deleted'
				and (o.account_id <> 1 or has_password(1)))
		as is_leaving_admin
	from (
		select r.*, a.role = 'admin' and a.status = 'active' as is_admin,
			r.is_verified and confirm_password_hash(a.account_id, r.checked_hash, null) as is_right
		{{>locked_account}}
	) as w
),
{{>last_admin}}
verdict as materialized (
	select w.*,
		case
			{{>refused_password}}
			{{>refused_closing}}
		end as outcome
	from account as w
),
{{>closed_accounts}},
failed as (
	insert into security_events (account_id, kind, credential, address)
	select v.account_id, 'password_failed', v.caller_credential, v.caller_address
	from verdict as v
	where v.outcome = 'INVALID_CREDENTIALS'
	order by v.ord
)
select v.ord, v.outcome, c.ord is not null as deleted
from verdict as v
left join closed as c on c.ord = v.ord
order by v.ord
