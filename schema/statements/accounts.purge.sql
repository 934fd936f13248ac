-- Deletes rows of closed accounts. It stops after 2,000 rows or 200 ms. Workers that run it at the
-- same time take different accounts.
with purge as materialized (
	select purge_accounts(2000, interval '200 ms') as deleted
)
select r.ord, null::text as outcome, p.deleted
from unnest($1::int8[]) with ordinality as r (account_id, ord)
cross join purge as p
order by r.ord
