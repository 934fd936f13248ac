-- Replaces the refresh token of a log-in. A request that is repeated gets the same response. Any
-- other old token was stolen, or its owner's newer one was: that ends the log-in.
with request as materialized (
	select r.*
	from unnest($1::int8[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int8[], $6::text[], $7::text[]) with ordinality
		as r (account_id, login_id, refresh_id, next_refresh_id, caller_scopes, caller_credential, caller_address,
			ord)
	order by r.account_id, r.login_id
),
login as materialized ( -- locked in key order
	select r.*, l.kind, l.lifetime_s, l.expires_at, l.ended_at, l.refresh_id as current_id, a.role, a.status,
		a.username
	from request as r
	cross join lateral (
		select *
		from logins as l
		where l.account_id = r.account_id and l.id = r.login_id and l.kind = 'jwt'
		limit 1
		for no key update
	) as l
	cross join lateral (
		select *
		from accounts as a
		where a.account_id = r.account_id
		limit 1
	) as a
),
verdict as materialized (
	select w.*, w.current_id = w.next_refresh_id as is_repeated,
		case
			when w.ended_at is not null then 'TOKEN_REVOKED'
			when w.expires_at <= now() then 'TOKEN_EXPIRED'
			when w.status <> 'active' then 'ACCOUNT_DISABLED'
			when w.current_id not in (w.refresh_id, w.next_refresh_id) then 'TOKEN_REUSED'
		end as outcome
	from login as w
),
changed as (
	insert into logins as l (account_id, id, kind, refresh_id, lifetime_s, expires_at, ended_at, ended_by)
	select v.account_id, v.login_id, v.kind, case when v.outcome is null then v.next_refresh_id else v.current_id end,
		v.lifetime_s, case when v.outcome is null then now() + make_interval(secs => v.lifetime_s) else v.expires_at end,
		case when v.outcome is not null then now() end, case when v.outcome is not null then 'reuse' end
	from verdict as v
	where v.outcome is null and not v.is_repeated or v.outcome = 'TOKEN_REUSED'
	order by v.account_id, v.login_id
	on conflict (account_id, id) do update
		set refresh_id = excluded.refresh_id, expires_at = excluded.expires_at, ended_at = excluded.ended_at,
			ended_by = excluded.ended_by
	returning l.account_id, l.id, l.expires_at
),
recorded as (
	insert into security_events (account_id, kind, credential, address)
	select v.account_id, 'token_reused', 'login ' || v.login_id, v.caller_address
	from verdict as v
	where v.outcome = 'TOKEN_REUSED'
	order by v.ord
)
select v.ord, v.outcome, v.account_id, v.login_id, v.role, scope_bits(role_scopes(v.role)) as scopes,
	'login ' || v.login_id as credential, coalesce(c.expires_at, v.expires_at) as expires_at, v.username
from verdict as v
left join changed as c on c.account_id = v.account_id and c.id = v.login_id
order by v.ord
