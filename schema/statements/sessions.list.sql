-- Not generated: the template reads rows with integer ids in the order of one index. Here ids are
-- UUIDs, a topic or a tag selects by an index of its own in each order, a search also finds names
-- of topics, and the totals of days decide how a range is read.
--
-- A page is made in these steps:
--
--   request   the params in the form in which the other steps compare them
--   start     where the page begins: strictly after the cursor, or before the first row
--   linked    the sessions of a task, goal, skill or project, if they are at most 1,500
--   search    the sessions that q finds, if the index can find them (search_sessions)
--   path      the branch below that reads the page. There is one for each order, for all topics and
--             for some topics, each with its own index. If few sessions are in a range of days
--             (path "days"), a sort makes the order of creation; otherwise the sessions are read
--             in the order of creation, and those of other days are skipped. Sessions that `linked`
--             or `search` found are read by their ids
--
-- Links and a search for which there are no such ids (is_scan) compare at most 1,500 sessions of
-- the path. Then the page ends with a marker: a row without id, whose next_cursor continues after
-- the last compared session.
--
-- In the order of creation, "coalesce" hides the range of days from the planner. Otherwise the
-- planner would choose an index on the day, or expect so few rows that it reads and sorts all of
-- them.
with request as materialized (
	select r.ord, r.account_id, least(r."limit", 500) + 1 as row_limit, p.sort,
		p.sort like '-%' as is_descending, r.cursor_key, r.cursor_id, p.q_key,
		coalesce(r."from", '-infinity') as first_day, coalesce(r."to", 'infinity') as end_day,
		{{#links}}r.{{name}}, {{/links}}
		num_nonnulls({{#links}}r.{{name}}{{|, }}{{/links}}) > 0 as has_links,
		num_nonnulls(r."from", r."to") > 0 as is_range,
		case -- null: all
			when coalesce(p.tag_key, '') <> '' then array(
				select t.id
				from topics as t
				where t.account_id + 0 = r.account_id and t.name_key = p.tag_key
					and t.deleted_at is null and (r.topic_id is null or r.topic_id = t.id))
			when r.topic_id is not null then array[r.topic_id]
		end as topics
	from unnest($1::int8[], $2::int8[], $3::int8[], $4::uuid[], $5::text[], $6::int8[], $7::text[],
			$8::date[], $9::date[], $10::text[], $11::int8[], $12::int8[], $13::int8[], $14::int8[])
		with ordinality
		as r (account_id, "limit", cursor_key, cursor_id, sort, topic_id, tag, "from", "to", q,
			task_id, goal_id, skill_id, project_id, ord)
	cross join lateral (
		select coalesce(r.sort, 'created_at') as sort, text_key(btrim(r.tag, E' \t\r\n')) as tag_key,
			search_key(r.q) as q_key
	) as p
),
start as materialized (
	select r.*,
		case
			when r.cursor_key is null and r.is_descending then 'infinity'
			when r.cursor_key is null then '-infinity'
			else 'epoch'::timestamptz + interval '1 microsecond'
				* least(greatest(r.cursor_key, -2300000000000000), 9000000000000000)
		end as created_at,
		case -- the cursor or the range's end, whichever is nearer, so that the index scan begins there
			when r.is_descending then least(p.study_date, r.end_day)
			else greatest(p.study_date, r.first_day - 1)
		end as study_date,
		case
			when r.is_descending and (r.cursor_id is null
				or r.sort = '-study_date' and r.end_day <= p.study_date)
				then '00000000-0000-0000-0000-000000000000'
			when not r.is_descending and (r.cursor_id is null
				or r.sort = 'study_date' and r.first_day > p.study_date)
				then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
			else r.cursor_id
		end as id
	from request as r
	cross join lateral (
		select case
			when r.cursor_key is null and r.is_descending then 'infinity'
			when r.cursor_key is null then '-infinity'
			else date '1970-01-01' + least(greatest(r.cursor_key, -30000), 3000000)::int
		end as study_date
	) as p
),
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
					where d.account_id = s.account_id and d.study_date >= s.first_day
						and d.study_date < s.end_day
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
),
page as (
	select r.ord, r.is_descending, r.row_limit, s.*,
		case
			when r.sort like '%created_at' then (extract(epoch from s.created_at) * 1000000)::int8
			else s.study_date - date '1970-01-01'
		end as key
	from path as r
	cross join lateral (
		select s.*, t.name as tag, m.is_marker
		from (
			{{#orders}}
			(
				select s.*, row_number() over (order by s.{{column}}{{direction}}, s.id{{direction}}) as place
				from sessions as s
				where r.path = '{{minus}}{{column}}' and s.account_id = r.account_id
					and s.deleted_at is null
					and (s.{{column}}, s.id) {{after}} (r.{{column}}, r.id)
					{{>sessions_in_range}}
				order by s.{{column}}{{direction}}, s.id{{direction}}
				limit r.scan_limit
			)
			union all
			( -- a page of each topic; the pages are then merged
				select s.*, row_number() over (order by s.{{column}}{{direction}}, s.id{{direction}}) as place
				from unnest(r.scan_topics) as t (id)
				cross join lateral (
					select s.*
					from sessions as s
					where r.path = 'topics {{minus}}{{column}}' and s.account_id = r.account_id
						and s.topic_id = t.id and s.deleted_at is null
						and (s.{{column}}, s.id) {{after}} (r.{{column}}, r.id)
						{{>sessions_in_range}}
					order by s.{{column}}{{direction}}, s.id{{direction}}
					limit r.scan_limit
				) as s
				order by s.{{column}}{{direction}}, s.id{{direction}}
				limit r.scan_limit
			)
			union all
			{{/orders}}
			(
				select s.*
				from (
					select s.*, row_number() over (order by
						case when r.is_descending then s.created_at end desc,
						case when r.is_descending then s.id end desc, s.created_at, s.id) as place
					from sessions as s
					where r.path = 'days' and s.account_id = r.account_id
						and s.study_date >= r.first_day and s.study_date < r.end_day and s.deleted_at is null
						and (r.scan_topics is null or s.topic_id = any (r.scan_topics))
						and case
							when r.is_descending then (s.created_at, s.id) < (r.created_at, r.id)
							else (s.created_at, s.id) > (r.created_at, r.id)
						end
				) as s
				where s.place <= r.scan_limit
			)
			union all
			( -- the sessions that an index found, except those of the topics above
				select s.*, 0 as place
				from unnest(r.ids) as found (id)
				cross join lateral (
					select s.*
					from sessions as s
					where s.account_id = r.account_id and s.id = found.id
					limit 1
				) as s
				where r.is_known and s.deleted_at is null
					and s.study_date >= r.first_day and s.study_date < r.end_day
					and (r.topics is null or s.topic_id = any (r.topics))
					and not s.topic_id = any (r.q_topics)
					and case r.sort
						{{#orders}}
						when '{{minus}}{{column}}' then (s.{{column}}, s.id) {{after}} (r.{{column}}, r.id)
						{{/orders}}
					end
			)
		) as s
		cross join lateral (
			select t.name
			from topics as t
			where t.account_id = r.account_id and t.id = s.topic_id
			limit 1
		) as t
		cross join lateral (
			select false as is_marker
			where (not r.compares_q or strpos(s.search_key, r.q_key) > 0
					or strpos(search_key(t.name), r.q_key) > 0)
				and (not r.has_links or
					{{#links}}
					coalesce(s.{{name}} = r.{{name}}, r.{{name}} is null){{| and }}
					{{/links}}
				)
			union all
			select true
			where r.is_scan and s.place = r.scan_limit
		) as m
		limit case when r.is_scan then r.row_limit end -- a full page ends the scan
	) as s
)
select p.ord, null::text as outcome, case when not p.is_marker then p.id end as id, p.topic_id, p.tag,
	p.study_date, p.duration_minutes, p.duration_minutes as minutes, p.notes, p.task_id, p.goal_id,
	p.skill_id, p.project_id, p.created_at, p.updated_at, p.created_at as "timestamp", p.key || '~' || p.id as next_cursor
from (
	select p.*, row_number() over (partition by p.ord order by
			case when not p.is_descending then p.key end, case when not p.is_descending then p.id end,
			p.key desc, p.id desc, p.is_marker) as number
	from page as p
) as p
where p.number <= p.row_limit
order by p.ord, p.number
