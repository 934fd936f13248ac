-- A page is made in these steps:
--
--   request   the params in the form in which the other steps compare them
--   start     where the page begins: strictly after the cursor, or before the first row
--   path      which rows the page reads: those with one of the given values, if an index finds at
--             most 5,000 of them (ids, "found"), or else all rows in the order of an index
--   e         the page; the rows of "found" are sorted
--
-- With filters (is_scan), at most 5,000 rows in the order of an index are compared. Then the page
-- ends with a marker: a row without id, whose next_cursor continues after the last compared row.
with request as materialized (
	select {{$values}}r.*{{/values}}, least(r."limit", 500) + 1 as row_limit
		{{#search}}
		, search_key(r.q) as q_key
		{{/search}}
		{{?day_filters}}
		, account_today(r.account_id) as current_day
		{{/day_filters}}
		{{?tag_filters}}
		, array[(
			select t.id
			from tags as t
			where t.account_id = r.account_id and t.name_key >= text_key(r.tag)
				and t.name_key <= text_key(r.tag) and t.deleted_at is null
			order by t.name_key
			limit 1)] as tag_ids
		{{/tag_filters}}
		{{#range}}
		{{#is_date}}
		, greatest({{#filters}}{{#day}}{{day}}, {{/day}}{{/filters}}r."from", '-infinity') as first,
		least({{#filters}}{{#day}}{{day}} + 1, {{/day}}{{/filters}}r."to", 'infinity') as past,
		num_nonnulls({{#filters}}{{#day}}{{day}}, {{/day}}{{/filters}}r."from", r."to") > 0 as is_range
		{{/is_date}}
		{{^is_date}}
		, coalesce(account_day_start(r.account_id, r."from"), '-infinity') as first,
		coalesce(account_day_start(r.account_id, r."to"), 'infinity') as past,
		num_nonnulls(r."from", r."to") > 0 as is_range
		{{/is_date}}
		{{/range}}
	{{$params}}
	from unnest(${{+}}::int8[], ${{+}}::int8[], ${{+}}::int8[], ${{+}}::int8[], ${{+}}::text[]{{#filters}}, ${{+}}::{{type}}[]{{/filters}}{{#range}}, ${{+}}::date[], ${{+}}::date[]{{/range}}{{#search}}, ${{+}}::text[]{{/search}})
		with ordinality
		as r (account_id, "limit", cursor_key, cursor_id, sort{{#filters}}, "{{name}}"{{/filters}}{{#range}}, "from", "to"{{/range}}{{#search}}, "q"{{/search}}, ord)
	{{/params}}
),
start as materialized (
	select r.*
		{{^is_uuid}}
		, coalesce({{$cursor}}r.cursor_id{{/cursor}}, case when r.sort like '-%' then 9223372036854775807 else 0 end) as after_id
		{{/is_uuid}}
		{{#order_columns}}
		{{#is_range}}
		, case -- the cursor or the range's end, whichever is nearer, so that the index scan begins there
			when r.sort like '-%' then least(c.{{column}}, r.past)
			else greatest(c.{{column}}, r.first - {{#is_date}}1{{/is_date}}{{^is_date}}interval '1 microsecond'{{/is_date}})
		end as after_{{column}},
		case
			when r.sort like '-%' and (r.cursor_id is null or r.past <= c.{{column}}) then {{>least_id}}
			when r.sort not like '-%' and (r.cursor_id is null or r.first > c.{{column}})
				then {{>greatest_id}}
			else r.cursor_id
		end as after_{{column}}_id
		{{/is_range}}
		{{^is_range}}
		, c.{{column}} as after_{{column}},
		case
			when r.cursor_id is not null then r.cursor_id
			when r.sort like '-%' then {{>least_id}}
			else {{>greatest_id}}
		end as after_{{column}}_id
		{{/is_range}}
		{{/order_columns}}
		{{$is_scan}}
		{{#range}}
		, num_nonnulls(null{{#page_filters}}{{>compared}}{{/page_filters}}{{#search}}, r.q{{/search}}) > 0
			or r.is_range and r.sort not like '%{{column}}' as is_scan
		{{/range}}
		{{^range}}
		, num_nonnulls(null{{#page_filters}}{{>compared}}{{/page_filters}}{{#search}}, r.q{{/search}}) > 0 as is_scan
		{{/range}}
		{{/is_scan}}
		{{#parent}}
		, p.id is null as is_orphan
		{{/parent}}
	from request as r
	{{?order_columns}}
	cross join lateral (
		select {{#order_columns}}case
			when r.cursor_key is null and r.sort like '-%' then 'infinity'
			when r.cursor_key is null then '-infinity'
			{{#is_date}}
			else date '1970-01-01' + least(greatest(r.cursor_key, -30000), 3000000)::int
			{{/is_date}}
			{{^is_date}}
			else 'epoch'::timestamptz -- a product is rounded like a double
				+ interval '1 second' * least(greatest(r.cursor_key / 1000000, -2300000000), 253500000000)
				+ interval '1 microsecond' * (r.cursor_key % 1000000)
			{{/is_date}}
		end as {{column}}{{|, }}{{/order_columns}}
	) as c
	{{/order_columns}}
	{{#parent}}
	left join lateral (
		select p.id, p.deleted_at
		from {{of}} as p
		where p.account_id = r.account_id and p.id = r.{{name}}
		limit 1
	) as p on p.deleted_at is null
	{{/parent}}
),
{{$path}}
path as materialized (
	select r.*, case when r.is_scan then 5000 else r.row_limit end as scan_limit
		{{?range|search|sources}}
		, f.ids, case when f.ids is null then r.sort else 'found' end as path
		{{/range|search|sources}}
		{{^range|search|sources}}
		, r.sort as path
		{{/range|search|sources}}
	from start as r
	{{?range|search|sources}}
	left join lateral (
		select f.ids
		from (
			select null::int8[] as ids
			where false
			{{#sources}}
			union all
			{{#condition}}
			select array(
					select e.id
					from {{table}} as e
					where {{condition}} -- ids of one account; account_id would fit other indexes, too
					limit 5001)
			{{/condition}}
			{{^condition}}
			select array(
					select e.id
					from {{table}} as e
					where e.account_id = r.account_id and e.{{name}} >= r.{{name}} and e.{{name}} <= r.{{name}}
					order by e.{{name}} -- which no other index has
					limit 5001)
			{{/condition}}
			where r.is_scan and r.{{name}} is not null
			{{/sources}}
			{{#range}}
			union all
			select array(
					select e.id
					from {{table}} as e
					where e.account_id = r.account_id and e.{{column}} >= r.first and e.{{column}} < r.past
						and e.deleted_at is null
					order by e.{{column}}
					limit 5001)
			where r.is_scan and r.is_range
			{{/range}}
			{{#search}}
			union all
			select search_rows('{{table}}', r.account_id, like_pattern(r.q_key))
			where r.is_scan and has_trigram(r.q_key)
			{{/search}}
			offset 0 -- otherwise each use of ids would find them again
		) as f
		where cardinality(f.ids) <= 5000
		order by cardinality(f.ids)
		limit 1
	) as f on true
	{{/range|search|sources}}
)
{{/path}}
select r.ord, {{#parent}}case when r.is_orphan then '{{OF_ENTITY}}_NOT_FOUND' end{{/parent}}{{^parent}}null::text{{/parent}} as outcome,
	case when not e.is_marker then e.id end as id
	{{#read_columns}}
	, {{>value}} as {{name}}
	{{/read_columns}}
	{{?order_columns}}
	, case
		{{#order_columns}}
		{{#is_date}}
		when r.sort like '%{{column}}' then e.{{column}} - date '1970-01-01'
		{{/is_date}}
		{{^is_date}}
		when r.sort like '%{{column}}' then (extract(epoch from e.{{column}}) * 1000000)::int8
		{{/is_date}}
		{{/order_columns}}
		{{^is_uuid}}
		else e.id
		{{/is_uuid}}
	end || '~' || e.id as next_cursor
	{{/order_columns}}
	{{^order_columns}}
	, {{$next_cursor}}e.id || '~' || e.id{{/next_cursor}} as next_cursor
	{{/order_columns}}
from path as r
{{#parent}}left{{/parent}}{{^parent}}cross{{/parent}} join lateral (
	{{$page}}
	select e.*, m.is_marker, row_number() over () as number
	{{>page_rows}}
	limit r.row_limit
	{{/page}}
) as e{{#parent}} on not r.is_orphan{{/parent}}
{{$references}}
{{>references}}
{{/references}}
{{#parent}}
where r.is_orphan or e.id is not null
{{/parent}}
order by r.ord, e.number
