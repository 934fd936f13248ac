-- The account of a person whom the identity provider knows; makes it if there is none. A username
-- or e-mail that is taken, or is not one, is left out. The provider may send any name.
with request as materialized (
	select r.ord, r.issuer, r.subject, i.account_id as found_id,
		nullif(left(fold_name(r.name), 200), '') as name,
		case
			when is_username(nfc(r.username))
				and not exists (select from accounts as a where a.username_key = text_key(r.username) offset 0)
				then nfc(r.username)
		end as username,
		case
			when is_email(nfc(r.email))
				and not exists (select from accounts as a where a.email_key = text_key(r.email) offset 0)
				then nfc(r.email)
		end as email
	from unnest($1::int8[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) with ordinality
		as r (account_id, issuer, subject, username, email, name, ord)
	left join lateral (
		select i.account_id
		from identities as i
		where i.subject = r.subject and i.issuer = r.issuer
		limit 1
	) as i on true
),
new_request as materialized ( -- a batch has one request, because its key is the account
	select r.*, nextval('accounts_account_id_seq') as new_id
	from (select * from request as r where r.found_id is null order by r.ord) as r
),
created as (
	insert into accounts (account_id, username, email, name)
	select n.new_id, n.username, n.email, coalesce(n.name, n.username, left(n.subject, 200))
	from new_request as n
	order by n.new_id
	returning *
),
identified as (
	insert into identities (account_id, issuer, subject)
	select n.new_id, n.issuer, n.subject
	from new_request as n
	order by n.new_id
),
recorded as (
	insert into security_events (account_id, kind, credential, details)
	select n.new_id, 'account_created', left('identity ' || n.issuer, 63), '{"role": "learner"}'
	from new_request as n
	order by n.ord
)
select r.ord, case when a.status <> 'active' then 'ACCOUNT_DISABLED' end as outcome,
	a.account_id, a.role, scope_bits(role_scopes(a.role)) as scopes,
	left('identity ' || r.issuer, 63) as credential, null::uuid as login_id, null::int8 as token_id,
	null::timestamptz as expires_at, true as is_marked
from request as r
left join new_request as n on n.ord = r.ord
cross join lateral (
	select a.account_id, a.role, a.status
	from accounts as a
	where a.account_id = r.found_id
	union all
	select c.account_id, c.role, c.status
	from created as c
	where c.account_id = n.new_id
	limit 1
) as a
order by r.ord
