-- As account.export, for admins.
select r.ord,
	case
		when a.account_id is null then 'ACCOUNT_NOT_FOUND'
		when e.table_name is null then 'INVALID_INPUT cursor: cursor must be a next_cursor of this method'
	end as outcome,
	e.table_name as "table", e.content as "row", e.next_cursor
from unnest($1::int8[], $2::int8[], $3::int8[], $4::text[]) with ordinality
	as r (actor_id, account_id, "limit", cursor, ord)
left join lateral (
	select *
	from accounts as a
	where a.account_id = r.account_id
	limit 1
) as a on a.status <> 'deleted'
left join lateral export_account(a.account_id, r.cursor, least(r."limit", 500) + 1)
	with ordinality as e (table_name, content, next_cursor, number) on a.account_id is not null
order by r.ord, e.number
