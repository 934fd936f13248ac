-- Stores a log-in: of tokens if it has a refresh_id, of a browser if it has a session_hash. A
-- password that was changed since the worker checked it is a wrong one. A request that is repeated
-- gets the first response. Each failure stores one event; account 0 is nobody. An account has at
-- most 100 live log-ins: the oldest ones end.
with request as materialized (
	select r.*, hash_bytes(r.session_hash) as session_bytes
	from unnest($1::int8[], $2::uuid[], $3::uuid[], $4::text[], $5::int8[], $6::int8[], $7::bool[], $8::text[],
			$9::text[], $10::int8[], $11::text[], $12::text[])
		with ordinality
		as r (account_id, login_id, refresh_id, session_hash, lifetime_s, holder_id, is_verified, checked_hash,
			hash, caller_scopes, caller_credential, caller_address, ord)
	order by r.holder_id, r.login_id
),
{{>password_holder}}
verdict as materialized (
	select h.*, k.kind, case k.kind when 'jwt' then 'login ' else 'session ' end || h.login_id as credential,
		l.id is not null as is_repeated,
		coalesce(l.expires_at, now() + make_interval(secs => h.lifetime_s)) as expires_at,
		case
			when num_nonnulls(h.refresh_id, h.session_bytes) <> 1
				then 'INVALID_INPUT: a log-in has either a refresh_id or a session_hash'
			when h.refusal is not null then h.refusal
			when (l.account_id, l.kind) <> (h.found_id, k.kind) then 'INVALID_INPUT login_id: another log-in has this id'
		end as outcome
	from holder as h
	cross join lateral (select case when h.session_bytes is null then 'jwt' else 'browser' end) as k (kind)
	left join lateral (
		select *
		from logins as l
		where l.id = h.login_id
		limit 1
	) as l on true
),
bounded as materialized ( -- in key order; before the new ones are stored
	select n.ord, end_oldest_logins(n.found_id, 100 - n.rank) as ended
	from (
		select v.ord, v.found_id, row_number() over (partition by v.found_id order by v.ord) as rank
		from verdict as v
		where v.outcome is null and not v.is_repeated
		order by v.found_id, v.ord
	) as n
),
created as (
	insert into logins (account_id, id, kind, refresh_id, session_hash, lifetime_s, expires_at)
	select v.found_id, v.login_id, v.kind, v.refresh_id, v.session_bytes, v.lifetime_s, v.expires_at
	from bounded as b
	join verdict as v on v.ord = b.ord
	order by v.found_id, v.login_id -- sorts, so all of bounded has run before
),
recorded as (
	insert into security_events (account_id, kind, credential, address, details)
	select coalesce(v.found_id, 0), case when v.outcome is null then 'login' else 'login_failed' end,
		case when v.outcome is null then v.credential end, v.caller_address,
		case
			when v.outcome is not null then jsonb_build_object('reason', substring(v.outcome from '^[A-Z_]+'))
			when b.ended > 0 then jsonb_build_object('ended_logins', b.ended)
			else '{}'
		end
	from verdict as v
	left join bounded as b on b.ord = v.ord
	where not v.is_repeated
	order by v.ord
)
select v.ord, v.outcome, v.found_id as account_id, v.login_id, v.role, scope_bits(role_scopes(v.role)) as scopes,
	v.credential, v.expires_at, v.username
from verdict as v
order by v.ord
