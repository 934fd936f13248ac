-- Stores a new account with its password. `role` is learner if the person makes it himself; an
-- admin who makes it is the actor of the event.
with request as materialized (
	select r.ord, r.hash, r.role, r.caller_credential, r.caller_address,
		nfc(r.username) as username, text_key(r.username) as username_key,
		nfc(r.email) as email, text_key(r.email) as email_key,
		coalesce(nfc(r.name), nfc(r.username)) as name,
		case when r.caller_scopes & scope_bits('{admin}') <> 0 then r.account_id end as actor_id
	from unnest($1::int8[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int8[], $8::text[],
			$9::text[])
		with ordinality
		as r (account_id, username, email, name, role, hash, caller_scopes, caller_credential, caller_address,
			ord)
),
name_check as materialized (
	select r.*,
		case
			when exists (select from accounts as a where a.username_key = r.username_key offset 0)
				then 'USERNAME_TAKEN'
			when exists (select from accounts as a where a.email_key = r.email_key offset 0) then 'EMAIL_TAKEN'
		end as taken
	from request as r
),
verdict as materialized ( -- of several requests with the same free name, the first gets it
	select n.*,
		case
			when n.taken is not null then n.taken
			when row_number() over (partition by n.username_key, n.taken order by n.ord) > 1 then 'USERNAME_TAKEN'
			when n.email_key is not null
				and row_number() over (partition by n.email_key, n.taken order by n.ord) > 1 then 'EMAIL_TAKEN'
		end as outcome
	from name_check as n
),
created as ( -- in the order of the names: otherwise two transactions could deadlock
	insert into accounts as a (username, email, name, role)
	select v.username, v.email, v.name, v.role
	from verdict as v
	where v.outcome is null
	order by v.username_key
	returning a.*
),
stored as materialized (
	select v.ord, v.actor_id, v.caller_credential, v.caller_address, a.*,
		set_password_hash(a.account_id, v.hash) as has_password
	from verdict as v
	join created as a on a.username_key = v.username_key
	where v.outcome is null
),
recorded as (
	insert into security_events (account_id, kind, credential, address, details)
	select s.account_id, 'account_created', s.caller_credential, s.caller_address,
		jsonb_strip_nulls(jsonb_build_object('role', s.role, 'by', s.actor_id))
	from stored as s
	order by s.ord
)
select v.ord, v.outcome,
	{{>account_columns}}
from verdict as v
left join stored as a on a.ord = v.ord
order by v.ord
