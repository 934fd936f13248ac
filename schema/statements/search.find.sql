-- What the account wrote that contains the text, of all kinds, the latest change first. Each kind
-- is searched in one of two ways:
--
--   by its index     search_rows and search_sessions give the ids of all rows with the text
--   by comparing     if the index cannot do it (a text without three letters in a row) or offers
--                    too many rows, the 500 newest rows are compared. is_complete is then false if
--                    the kind has more rows
with request as materialized (
	select r.ord, r.account_id, r.kind, least(r."limit", 100) as row_limit, p.q_key,
		has_trigram(p.q_key) as has_trigram, like_pattern(p.q_key) as pattern
	from unnest($1::int8[], $2::text[], $3::text[], $4::int8[]) with ordinality
		as r (account_id, q, kind, "limit", ord)
	cross join lateral (select search_key(r.q) as q_key) as p
),
{{#entities}}
{{#search}}
{{table}}_ids as materialized ( -- ids is null: they are not known
	select r.*, case when r.has_trigram then search_rows('{{table}}', r.account_id, r.pattern) end as ids
	from request as r
	where coalesce(r.kind, '{{entity}}') = '{{entity}}'
),
{{table}}_found as materialized (
	select r.ord, '{{entity}}' as kind, to_jsonb(e.id) as id, left(e.{{caption}}, 200) as title, e.updated_at,
		false as is_cut
	from {{table}}_ids as r
	cross join lateral (
		select e.id, e.{{caption}}, e.updated_at
		from unnest(r.ids) as found (id)
		cross join lateral (
			select *
			from {{table}} as e
			where e.account_id = r.account_id and e.id = found.id
			limit 1
		) as e
		where e.deleted_at is null
		order by e.updated_at desc
		limit r.row_limit
	) as e
	union all
	select r.ord, '{{entity}}', case when e.is_match then to_jsonb(e.id) end, left(e.{{caption}}, 200), e.updated_at,
		e.place > 500
	from {{table}}_ids as r
	cross join lateral (
		select e.*, e.place <= 500 and strpos(e.search_key, r.q_key) > 0 as is_match
		from (
			select e.id, e.{{caption}}, e.updated_at, e.search_key, row_number() over (order by e.id desc) as place
			from {{table}} as e
			where r.ids is null and e.account_id = r.account_id and e.deleted_at is null
			order by e.id desc
			limit 501
		) as e
	) as e
	where e.is_match or e.place > 500
),
{{/search}}
{{/entities}}
session_ids as materialized (
	select r.*, case when r.has_trigram then search_sessions(r.account_id, r.pattern) end as ids
	from request as r
	where coalesce(r.kind, 'session') = 'session'
),
session_found as materialized (
	select r.ord, 'session' as kind, to_jsonb(e.id) as id, left(e.notes, 200) as title, e.updated_at,
		false as is_cut
	from session_ids as r
	cross join lateral (
		select e.id, e.notes, e.updated_at
		from unnest(r.ids) as found (id)
		cross join lateral (
			select *
			from sessions as e
			where e.account_id = r.account_id and e.id = found.id
			limit 1
		) as e
		where e.deleted_at is null
		order by e.updated_at desc
		limit r.row_limit
	) as e
	union all
	select r.ord, 'session', case when e.is_match then to_jsonb(e.id) end, left(e.notes, 200), e.updated_at,
		e.place > 500
	from session_ids as r
	cross join lateral (
		select e.*, e.place <= 500 and coalesce(strpos(e.search_key, r.q_key) > 0, false) as is_match
		from (
			select e.id, e.notes, e.updated_at, e.search_key,
				row_number() over (order by e.created_at desc, e.id desc) as place
			from sessions as e
			where r.ids is null and e.account_id = r.account_id and e.deleted_at is null
			order by e.created_at desc, e.id desc
			limit 501
		) as e
	) as e
	where e.is_match or e.place > 500
),
topic_found as materialized ( -- of the 5,000 newest topics
	select r.ord, 'topic' as kind, case when e.is_match then to_jsonb(e.id) end as id, e.name as title,
		e.updated_at, e.place > 5000 as is_cut
	from request as r
	cross join lateral (
		select e.*, e.place <= 5000 and strpos(e.search_key, r.q_key) > 0 as is_match
		from (
			select e.id, e.name, e.updated_at, e.search_key, row_number() over (order by e.id desc) as place
			from topics as e
			where e.account_id = r.account_id and e.deleted_at is null
			order by e.id desc
			limit 5001
		) as e
	) as e
	where coalesce(r.kind, 'topic') = 'topic' and (e.is_match or e.place > 5000)
),
found as materialized (
	{{#entities}}
	{{#search}}
	select * from {{table}}_found union all
	{{/search}}
	{{/entities}}
	select * from session_found union all
	select * from topic_found
)
select r.ord, null::text as outcome,
	not exists (select from found as f where f.ord = r.ord and f.is_cut) as "head.is_complete",
	f.kind, f.id, f.title, f.updated_at
from request as r
left join lateral (
	select f.kind, f.id, f.title, f.updated_at
	from found as f
	where f.ord = r.ord and f.id is not null
	order by f.updated_at desc, f.kind, f.id
	limit r.row_limit
) as f on true
order by r.ord, f.updated_at desc, f.kind, f.id
