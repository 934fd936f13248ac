-- A topic or a tag selects by an index of its own in each order, a search also finds the names of
-- topics, and the totals of days decide how a range is read. The path has these steps:
--
--   linked    the sessions of a task, goal, skill or project, if they are at most 1,500
--   search    the sessions that q finds, if the index can find them (search_sessions)
--   path      the scan that reads the page. There is one for each order, for all topics and for
--             some topics, each with its own index. If few sessions are in a range of days (path
--             "days"), a sort makes the order of creation; otherwise the sessions are read in the
--             order of creation, and those of other days are skipped. Sessions that `linked` or
--             `search` found are read by their ids
--
-- Links and a search for which there are no such ids (is_scan) compare at most 1,500 sessions of
-- the path.
--
-- In the order of creation, "coalesce" hides the range of days from the planner. Otherwise the
-- planner would choose an index on the day, or expect so few rows that it reads and sorts all of
-- them.
{{<list}}
{{$values}}r.ord, r.account_id, r.cursor_key, r.cursor_id, coalesce(r.sort, 'created_at') as sort,
		search_key(r.q) as q_key, {{#links}}r.{{name}}, {{/links}}
		num_nonnulls({{#links}}r.{{name}}{{|, }}{{/links}}) > 0 as has_links,
		case -- null: all
			when coalesce(p.tag_key, '') <> '' then array(
				select t.id
				from topics as t
				where t.account_id + 0 = r.account_id and t.name_key = p.tag_key
					and t.deleted_at is null and (r.topic_id is null or r.topic_id = t.id))
			when r.topic_id is not null then array[r.topic_id]
		end as topics{{/values}}
{{$params}}
from unnest($1::int8[], $2::int8[], $3::int8[], $4::uuid[], $5::text[], $6::int8[], $7::text[],
		$8::date[], $9::date[], $10::text[], $11::int8[], $12::int8[], $13::int8[], $14::int8[])
	with ordinality
	as r (account_id, "limit", cursor_key, cursor_id, sort, topic_id, tag, "from", "to", q,
		task_id, goal_id, skill_id, project_id, ord)
cross join lateral (select text_key(btrim(r.tag, E' \t\r\n')) as tag_key) as p
{{/params}}
{{$is_scan}}
{{/is_scan}}
{{$path}}
linked as materialized ( -- by one link; the others are compared
	select s.ord,
		case
			{{#links}}
			when s.{{name}} is not null then array(
				select l.id
				from sessions as l
				where l.account_id = s.account_id and l.{{name}} = s.{{name}}
				limit 1501)
			{{/links}}
		end as ids
	from start as s
	where s.has_links
),
search as materialized ( -- materialized: otherwise each use of ids would call the function
	select s.ord,
		case when has_trigram(s.q_key) then search_sessions(s.account_id, like_pattern(s.q_key)) end
			as ids,
		array(
			select t.id
			from topics as t
			where t.account_id = s.account_id and t.deleted_at is null
				and strpos(t.search_key, s.q_key) > 0 and strpos(search_key(t.name), s.q_key) > 0
				and (s.topics is null or t.id = any (s.topics))
			limit 51) as topics
	from start as s
	where s.q_key is not null and not s.has_links
),
path as materialized (
	select s.*, f.ids, f.topics as q_topics, k.is_known, k.is_scan,
		s.q_key is not null and (k.is_scan or s.has_links) as compares_q,
		case when k.is_known then f.topics else s.topics end as scan_topics,
		case when k.is_scan then 1500 else s.row_limit end as scan_limit,
		case
			when s.has_links and k.is_known then 'ids'
			when s.is_range and s.sort like '%created_at' and (
				select coalesce(sum(d.sessions), 0) <= 20000 and count(*) <= 10000
				from (
					select d.sessions
					from daily_totals as d
					where d.account_id = s.account_id and d.study_date >= s.first
						and d.study_date < s.past
					limit 10001
				) as d)
				then 'days'
			else concat(case when s.topics is not null or k.is_known then 'topics ' end, s.sort)
		end as path
	from start as s
	left join (
		select f.ord, f.ids, f.topics from search as f
		union all
		select l.ord, case when cardinality(l.ids) <= 1500 then l.ids end, '{}' from linked as l
	) as f on f.ord = s.ord
	cross join lateral (
		select f.is_known, (s.q_key is not null or s.has_links) and not f.is_known as is_scan
		from (select f.ids is not null and cardinality(f.topics) <= 50 as is_known) as f
	) as k
)
{{/path}}
{{$page}}
select *
from (
	select e.*, row_number() over (order by
			{{#orders}}
			case when r.sort = '{{minus}}{{column}}' then e.{{column}} end{{direction}},
			{{/orders}}
			case when r.sort like '-%' then e.id end desc, e.id, e.is_marker) as number
	from (
		select e.*, t.name as tag, m.is_marker
		{{>page_rows}}
		limit case when r.is_scan then r.row_limit end -- a full page ends the scan
	) as e
) as e
where e.number <= r.row_limit
{{/page}}
{{$scan_conditions}}
{{^is_range}}
and coalesce(e.study_date >= r.first and e.study_date < r.past, false)
{{/is_range}}
{{/scan_conditions}}
{{$more_scans}}
union all
( -- a page of each topic; the pages are then merged
	select e.*, row_number() over (order by e.{{column}}{{direction}}, e.id{{direction}}) as place
	from unnest(r.scan_topics) as t (id)
	cross join lateral (
		select *
		from sessions as e
		where r.path = 'topics {{minus}}{{column}}' and e.account_id = r.account_id and e.topic_id = t.id
			and e.deleted_at is null
			{{>scan_conditions}}
		order by e.{{column}}{{direction}}, e.id{{direction}}
		limit r.scan_limit
	) as e
	order by e.{{column}}{{direction}}, e.id{{direction}}
	limit r.scan_limit
)
{{/more_scans}}
{{$found}}
union all
(
	select e.*
	from (
		select e.*, row_number() over (order by
				case when r.sort like '-%' then e.created_at end desc,
				case when r.sort like '-%' then e.id end desc, e.created_at, e.id) as place
		from sessions as e
		where r.path = 'days' and e.account_id = r.account_id and e.study_date >= r.first
			and e.study_date < r.past and e.deleted_at is null
			and (r.scan_topics is null or e.topic_id = any (r.scan_topics))
			and case
				when r.sort like '-%' then (e.created_at, e.id) < (r.after_created_at, r.after_created_at_id)
				else (e.created_at, e.id) > (r.after_created_at, r.after_created_at_id)
			end
	) as e
	where e.place <= r.scan_limit
)
union all
( -- the sessions that an index found, except those of the topics above
	select e.*, 0 as place
	from unnest(r.ids) as found (id)
	cross join lateral (
		select *
		from sessions as e
		where e.account_id = r.account_id and e.id = found.id
		limit 1
	) as e
	where r.is_known and e.deleted_at is null and e.study_date >= r.first and e.study_date < r.past
		and (r.topics is null or e.topic_id = any (r.topics)) and not e.topic_id = any (r.q_topics)
		and case r.sort
			{{#orders}}
			when '{{minus}}{{column}}' then (e.{{column}}, e.id) {{after}} (r.after_{{column}}, r.after_{{column}}_id)
			{{/orders}}
		end
)
{{/found}}
{{$joins}}
cross join lateral (
	select t.name
	from topics as t
	where t.account_id = r.account_id and t.id = e.topic_id
	limit 1
) as t
{{/joins}}
{{$is_wanted}}(not r.compares_q or strpos(e.search_key, r.q_key) > 0
		or strpos(search_key(t.name), r.q_key) > 0)
	and (not r.has_links or
		{{#links}}
		coalesce(e.{{name}} = r.{{name}}, r.{{name}} is null){{| and }}
		{{/links}}
	){{/is_wanted}}
{{$references}}
cross join lateral (select e.tag) as topic_id_row
{{/references}}
{{/list}}
