-- The hash of the password of the account with this username, e-mail or id. Of an unknown account
-- all is null, after the same work.
select r.ord, null::text as outcome, a.account_id, password_hash(coalesce(a.account_id, 0)) as hash, a.username,
	a.email
from unnest($1::int8[], $2::text[], $3::int8[]) with ordinality as r (account_id, username, holder_id, ord)
left join lateral (
	select a.account_id, a.username, a.email
	from accounts as a
	where a.username_key = text_key(r.username)
	union all
	select a.account_id, a.username, a.email
	from accounts as a
	where a.email_key = text_key(r.username)
	union all
	select a.account_id, a.username, a.email
	from accounts as a
	where a.account_id = r.holder_id
	limit 1
) as a on true
order by r.ord
