-- Each order and filter has its own branch with its own index, of which a request runs one: its
-- path. It begins strictly after the cursor, or before the first row of all.
--
-- A range of days in the order of creation: where few sessions are in it (path "days"), they are
-- found by day and sorted; else the order of creation is walked and other days are passed over.
-- "coalesce" keeps the planner from using an index for that, and from expecting so few rows that
-- it would rather read and sort all.
with request as materialized (
	select r.ord, r.account_id, least(r."limit", 500) + 1 as row_limit, p.sort, r.cursor_key,
		r.cursor_id, text_key(r.q) as q_key,
		coalesce(r."from", '-infinity') as first_day, coalesce(r."to", 'infinity') as end_day,
		num_nonnulls(r."from", r."to") > 0 as is_range,
		r.topic_id is not null or coalesce(p.tag_key, '') <> '' as is_topic,
		case
			when coalesce(p.tag_key, '') = '' then r.topic_id
			else (
				select t.id
				from topics as t
				where t.account_id = r.account_id and t.name_key = p.tag_key
					and t.deleted_at is null and (r.topic_id is null or r.topic_id = t.id))
		end as topic
	from unnest($1::int8[], $2::int8[], $3::int8[], $4::uuid[], $5::text[], $6::int8[], $7::text[],
			$8::date[], $9::date[], $10::text[])
		with ordinality
		as r (account_id, "limit", cursor_key, cursor_id, sort, topic_id, tag, "from", "to", q, ord)
	cross join lateral (
		select coalesce(r.sort, 'created_at') as sort, text_key(btrim(r.tag, E' \t\r\n')) as tag_key
	) as p
),
start as materialized ( -- where the page begins
	select r.*, r.sort like '-%' as is_descending,
		case
			when r.cursor_key is null and r.sort like '-%' then 'infinity'
			when r.cursor_key is null then '-infinity'
			else 'epoch'::timestamptz + interval '1 microsecond'
				* least(greatest(r.cursor_key, -2300000000000000), 9000000000000000)
		end as created_at,
		case
			when r.cursor_key is null and r.sort like '-%' then 'infinity'
			when r.cursor_key is null then '-infinity'
			else date '1970-01-01' + least(greatest(r.cursor_key, -30000), 3000000)::int
		end as study_date
	from request as r
),
path as materialized (
	select s.ord, s.account_id, s.row_limit, s.sort, s.q_key, s.topic, s.is_topic, s.first_day,
		s.end_day, s.is_descending, s.created_at,
		case -- the nearer of the cursor and the range's end, so that the index begins there
			when s.is_descending then least(s.study_date, s.end_day)
			else greatest(s.study_date, s.first_day - 1)
		end as study_date,
		case
			when s.is_descending and (s.cursor_id is null
				or s.sort = '-study_date' and s.end_day <= s.study_date)
				then '00000000-0000-0000-0000-000000000000'
			when not s.is_descending and (s.cursor_id is null
				or s.sort = 'study_date' and s.first_day > s.study_date)
				then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
			else s.cursor_id
		end as id,
		case when s.q_key is not null then array(
			select t.id
			from topics as t
			where t.account_id = s.account_id and t.deleted_at is null
				and strpos(t.name_key, s.q_key) > 0)
		end as q_topics,
		case
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
			else concat(case when s.is_topic then 'topic ' end, s.sort)
		end as path
	from start as s
)
select r.ord, null::text as outcome, s.id, s.topic_id, t.name as tag, s.study_date,
	s.duration_minutes, s.duration_minutes as minutes, s.notes, s.created_at, s.updated_at,
	s.created_at as "timestamp",
	case
		when r.sort like '%created_at' then (extract(epoch from s.created_at) * 1000000)::int8
		else s.study_date - date '1970-01-01'
	end || '~' || s.id as next_cursor
from path as r
cross join lateral (
	(
		select s.*, row_number() over (order by s.created_at, s.id) as place
		from sessions as s
		where r.path = 'created_at' and s.account_id = r.account_id
			and s.deleted_at is null
			and (s.created_at, s.id) > (r.created_at, r.id)
			and coalesce(s.study_date >= r.first_day and s.study_date < r.end_day, false)
			and (r.q_key is null or s.topic_id = any (r.q_topics)
				or strpos(text_key(s.notes), r.q_key) > 0)
		order by s.created_at, s.id
		limit r.row_limit
	)
	union all
	(
		select s.*, row_number() over (order by s.created_at desc, s.id desc) as place
		from sessions as s
		where r.path = '-created_at' and s.account_id = r.account_id
			and s.deleted_at is null
			and (s.created_at, s.id) < (r.created_at, r.id)
			and coalesce(s.study_date >= r.first_day and s.study_date < r.end_day, false)
			and (r.q_key is null or s.topic_id = any (r.q_topics)
				or strpos(text_key(s.notes), r.q_key) > 0)
		order by s.created_at desc, s.id desc
		limit r.row_limit
	)
	union all
	(
		select s.*, row_number() over (order by s.study_date, s.id) as place
		from sessions as s
		where r.path = 'study_date' and s.account_id = r.account_id
			and s.deleted_at is null
			and (s.study_date, s.id) > (r.study_date, r.id)
			and s.study_date < r.end_day
			and (r.q_key is null or s.topic_id = any (r.q_topics)
				or strpos(text_key(s.notes), r.q_key) > 0)
		order by s.study_date, s.id
		limit r.row_limit
	)
	union all
	(
		select s.*, row_number() over (order by s.study_date desc, s.id desc) as place
		from sessions as s
		where r.path = '-study_date' and s.account_id = r.account_id
			and s.deleted_at is null
			and (s.study_date, s.id) < (r.study_date, r.id)
			and s.study_date >= r.first_day
			and (r.q_key is null or s.topic_id = any (r.q_topics)
				or strpos(text_key(s.notes), r.q_key) > 0)
		order by s.study_date desc, s.id desc
		limit r.row_limit
	)
	union all
	(
		select s.*, row_number() over (order by s.created_at, s.id) as place
		from sessions as s
		where r.path = 'topic created_at' and s.account_id = r.account_id
			and s.topic_id = r.topic and s.deleted_at is null
			and (s.created_at, s.id) > (r.created_at, r.id)
			and coalesce(s.study_date >= r.first_day and s.study_date < r.end_day, false)
			and (r.q_key is null or s.topic_id = any (r.q_topics)
				or strpos(text_key(s.notes), r.q_key) > 0)
		order by s.created_at, s.id
		limit r.row_limit
	)
	union all
	(
		select s.*, row_number() over (order by s.created_at desc, s.id desc) as place
		from sessions as s
		where r.path = 'topic -created_at' and s.account_id = r.account_id
			and s.topic_id = r.topic and s.deleted_at is null
			and (s.created_at, s.id) < (r.created_at, r.id)
			and coalesce(s.study_date >= r.first_day and s.study_date < r.end_day, false)
			and (r.q_key is null or s.topic_id = any (r.q_topics)
				or strpos(text_key(s.notes), r.q_key) > 0)
		order by s.created_at desc, s.id desc
		limit r.row_limit
	)
	union all
	(
		select s.*, row_number() over (order by s.study_date, s.id) as place
		from sessions as s
		where r.path = 'topic study_date' and s.account_id = r.account_id
			and s.topic_id = r.topic and s.deleted_at is null
			and (s.study_date, s.id) > (r.study_date, r.id)
			and s.study_date < r.end_day
			and (r.q_key is null or s.topic_id = any (r.q_topics)
				or strpos(text_key(s.notes), r.q_key) > 0)
		order by s.study_date, s.id
		limit r.row_limit
	)
	union all
	(
		select s.*, row_number() over (order by s.study_date desc, s.id desc) as place
		from sessions as s
		where r.path = 'topic -study_date' and s.account_id = r.account_id
			and s.topic_id = r.topic and s.deleted_at is null
			and (s.study_date, s.id) < (r.study_date, r.id)
			and s.study_date >= r.first_day
			and (r.q_key is null or s.topic_id = any (r.q_topics)
				or strpos(text_key(s.notes), r.q_key) > 0)
		order by s.study_date desc, s.id desc
		limit r.row_limit
	)
	union all
	(
		select s.*
		from (
			select s.*, row_number() over (order by
				case when r.is_descending then s.created_at end desc,
				case when r.is_descending then s.id end desc, s.created_at, s.id) as place
			from sessions as s
			where r.path = 'days' and s.account_id = r.account_id
				and s.study_date >= r.first_day and s.study_date < r.end_day and s.deleted_at is null
				and (not r.is_topic or s.topic_id = r.topic)
				and case
					when r.is_descending then (s.created_at, s.id) < (r.created_at, r.id)
					else (s.created_at, s.id) > (r.created_at, r.id)
				end
				and (r.q_key is null or s.topic_id = any (r.q_topics)
					or strpos(text_key(s.notes), r.q_key) > 0)
		) as s
		where s.place <= r.row_limit
	)
) as s
cross join lateral (
	select t.name
	from topics as t
	where t.account_id = r.account_id and t.id = s.topic_id
	limit 1
) as t
order by r.ord, s.place
