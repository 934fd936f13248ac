-- Ends a log-in of the account. `ended` is false if it has no such log-in.
with request as materialized (
	select r.*
	from unnest($1::int8[], $2::uuid[], $3::int8[], $4::text[], $5::text[]) with ordinality
		as r (account_id, login_id, caller_scopes, caller_credential, caller_address, ord)
	order by r.account_id, r.login_id
),
login as materialized ( -- locked in key order
	select r.ord, r.caller_address, l.*
	from request as r
	cross join lateral (
		select *
		from logins as l
		where l.account_id = r.account_id and l.id = r.login_id
		limit 1
		for no key update
	) as l
),
ended as (
	insert into logins as l (account_id, id, kind, refresh_id, session_hash, lifetime_s, expires_at)
	select w.account_id, w.id, w.kind, w.refresh_id, w.session_hash, w.lifetime_s, w.expires_at
	from login as w
	where w.ended_at is null
	order by w.account_id, w.id
	on conflict (account_id, id) do update set ended_at = now(), ended_by = 'logout'
),
recorded as (
	insert into security_events (account_id, kind, credential, address)
	select w.account_id, 'logout', case w.kind when 'jwt' then 'login ' else 'session ' end || w.id, w.caller_address
	from login as w
	where w.ended_at is null
	order by w.ord
)
select r.ord, null::text as outcome, w.ord is not null as ended
from request as r
left join login as w on w.ord = r.ord
order by r.ord
