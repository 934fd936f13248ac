-- Notes that a token was used on this day in UTC. `marked` is false if there is no such token.
with request as materialized (
	select r.*, (now() at time zone 'UTC')::date as day
	from unnest($1::int8[], $2::int8[], $3::int8[]) with ordinality as r (account_id, token_id, holder_id, ord)
	order by r.holder_id, r.token_id
),
locked as materialized ( -- in key order
	select r.ord, r.day, t.*
	from request as r
	cross join lateral (
		select *
		from tokens as t
		where t.account_id = r.holder_id and t.id = r.token_id
		limit 1
		for no key update
	) as t
),
marked as (
	insert into tokens as t (account_id, id, name, hash, scopes, last_used_on)
	select l.account_id, l.id, l.name, l.hash, l.scopes, l.day
	from locked as l
	where l.last_used_on is distinct from l.day
	order by l.account_id, l.id
	on conflict (account_id, id) do update set last_used_on = excluded.last_used_on
)
select r.ord, null::text as outcome, l.ord is not null as marked
from request as r
left join locked as l on l.ord = r.ord
order by r.ord
