minted as materialized (
	select v.*, mint_token() as token
	from verdict as v
	where v.outcome is null
),
created as (
	insert into tokens (account_id, name, hash, scopes, expires_at)
	select m.holder_id, m.name, sha256(convert_to(m.token, 'UTF8')), m.scopes, m.expires_at
	from minted as m
	order by m.holder_id, m.ord
	returning *
),
stored as materialized (
	select m.ord, m.token, t.*
	from minted as m
	join created as t on t.hash = sha256(convert_to(m.token, 'UTF8'))
),
