-- The account of a credential, and what it may do. Each request names one kind of credential; a
-- null finds nothing. The gateway has checked signatures, so a log-in and an identity are found by
-- their ids.
select r.ord,
	case
		when c.is_ended then 'TOKEN_REVOKED'
		when c.expires_at <= now() then 'TOKEN_EXPIRED'
		when a.status <> 'active' then 'ACCOUNT_DISABLED'
	end as outcome,
	a.account_id, a.role,
	scope_bits(role_scopes(a.role)) & coalesce(scope_bits(c.scopes), -1) as scopes,
	c.credential, c.login_id, c.token_id, c.expires_at,
	coalesce(c.last_used_on = (now() at time zone 'UTC')::date, c.token_id is null) as is_marked
from unnest($1::int8[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::int8[]) with ordinality
	as r (account_id, hash, login_id, issuer, subject, holder_id, ord)
cross join lateral (
	select t.account_id, 'token ' || t.id as credential, null::uuid as login_id, t.id as token_id, t.expires_at,
		t.revoked_at is not null as is_ended, t.scopes, t.last_used_on
	from tokens as t
	where t.hash = hash_bytes(r.hash)
	union all
	select l.account_id, 'session ' || l.id, l.id, null, l.expires_at, l.ended_at is not null, null, null
	from logins as l
	where l.session_hash = hash_bytes(r.hash)
	union all
	select l.account_id, 'login ' || l.id, l.id, null, l.expires_at, l.ended_at is not null, null, null
	from logins as l
	where l.id = r.login_id and l.kind = 'jwt'
	union all
	select i.account_id, left('identity ' || i.issuer, 63), null, null, null, false, null, null
	from identities as i
	where i.subject = r.subject and i.issuer = r.issuer
	union all
	select r.holder_id, 'key', null, null, null, false, null, null
	limit 1
) as c
cross join lateral (
	select *
	from accounts as a
	where a.account_id = c.account_id
	limit 1
) as a
order by r.ord
