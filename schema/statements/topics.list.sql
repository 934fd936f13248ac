-- A cursor is an id alone. No index finds the topics of a search.
{{<list}}
{{$values}}r.ord, r.account_id, r.cursor_key, coalesce(r.sort, 'created_at') as sort, r.q,
		search_key(r.q) as q_key, r.archived{{/values}}
{{$params}}
from unnest($1::int8[], $2::int8[], $3::int8[], $4::uuid[], $5::text[], $6::text[], $7::bool[])
	with ordinality
	as r (account_id, "limit", cursor_key, cursor_id, sort, q, archived, ord)
{{/params}}
{{$cursor}}r.cursor_key{{/cursor}}
{{$next_cursor}}e.id::text{{/next_cursor}}
{{/list}}
