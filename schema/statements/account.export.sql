-- All rows of the account, table by table.
select r.ord,
	case when e.table_name is null then 'INVALID_INPUT cursor: cursor must be a next_cursor of this method' end
		as outcome,
	e.table_name as "table", e.content as "row", e.next_cursor
from unnest($1::int8[], $2::int8[], $3::text[]) with ordinality as r (account_id, "limit", cursor, ord)
cross join lateral export_account(r.account_id, r.cursor, least(r."limit", 500) + 1)
	with ordinality as e (table_name, content, next_cursor, number)
order by r.ord, e.number
