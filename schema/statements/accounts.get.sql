select r.ord, null::text as outcome,
	{{>account_columns}}
from unnest($1::int8[], $2::int8[]) with ordinality as r (actor_id, account_id, ord)
{{>live_account}}
