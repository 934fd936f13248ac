-- Closes an account as an admin. accounts.purge deletes its rows.
with request as materialized (
	select r.*
	from unnest($1::int8[], $2::int8[], $3::int8[], $4::text[], $5::text[]) with ordinality
		as r (actor_id, account_id, caller_scopes, caller_credential, caller_address, ord)
	order by r.account_id
),
account as materialized ( -- locked in key order
	select r.*, a.role = 'admin' and a.status = 'active' as is_leaving_admin
	{{>locked_account}}
),
{{>last_admin}}
verdict as materialized (
	select w.*,
		case
			{{>refused_closing}}
		end as outcome
	from account as w
),
{{>closed_accounts}}
select v.ord, v.outcome, c.ord is not null as deleted
from verdict as v
left join closed as c on c.ord = v.ord
order by v.ord
