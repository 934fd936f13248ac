-- Deletes expired idempotency keys of all accounts, the oldest first. It deletes a bounded number
-- and skips keys that another transaction has locked, so that workers may run it at the same time.
with purge as materialized (
	select delete_expired_keys(1000) as deleted
)
select r.ord, null::text as outcome, p.deleted
from unnest($1::int8[]) with ordinality as r (account_id, ord)
cross join purge as p
order by r.ord
