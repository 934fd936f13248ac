select r.ord, null::text as outcome,
	{{>account_columns}}
from unnest($1::int8[]) with ordinality as r (account_id, ord)
{{>live_account}}
