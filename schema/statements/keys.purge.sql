-- Deletes expired idempotency keys, whosever they are, the oldest first. It takes a bounded number and leaves
-- what another transaction has locked, so that workers may run it at the same time.
with expired as (
	select k.account_id, k.key
	from idempotency_keys as k
	where not is_live_key(k.created_at)
	order by k.created_at
	limit 1000
	for update skip locked
), gone as (
	delete from idempotency_keys as k
	using expired as e
	where k.account_id = e.account_id and k.key = e.key
	returning 1
)
select r.ord, null::text as outcome, (select count(*) from gone) as deleted
from unnest($1::int8[]) with ordinality as r (account_id, ord)
order by r.ord
