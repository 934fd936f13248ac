-- Moves pending totals of at most 50 accounts to the kept ones, so that readers of an account to
-- which nobody adds sessions do not read them for ever. Workers may run it at the same time.
with fold as materialized (
	select fold_some_totals(50) as accounts
)
select r.ord, null::text as outcome, f.accounts
from unnest($1::int8[]) with ordinality as r (account_id, ord)
cross join fold as f
order by r.ord
