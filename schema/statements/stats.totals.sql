-- Each account of a batch is summed once. Topics with exactly the same name are one tag: "AWS" and
-- "aws" are two. Too many rows: see stats.series.
with request as materialized (
	select r.*
	from unnest($1::int8[]) with ordinality as r (account_id, ord)
),
total as materialized (
	select a.account_id, t.name as tag, sum(s.minutes)::int8 as minutes,
		sum(s.sessions)::int8 as sessions, min(s.topic_id) as first_id
	from (select distinct r.account_id from request as r) as a
	cross join lateral (
		select s.topic_id, sum(s.minutes) as minutes, sum(s.sessions) as sessions
		from topic_totals as s
		where s.account_id = a.account_id
		group by s.topic_id
		offset 0
	) as s
	cross join lateral (
		select t.name
		from topics as t
		where t.account_id = a.account_id and t.id = s.topic_id
		limit 1
	) as t
	group by a.account_id, t.name
),
size_check as materialized (
	select case
			when sum(t.tags) > 40000 and (select count(*) > 1 from request)
				then run_again('the reports have more rows than were expected')
		end
	from request as r
	join (select t.account_id, count(*) as tags from total as t group by t.account_id) as t
		on t.account_id = r.account_id
)
select r.ord, null::text as outcome, t.tag, t.minutes, t.sessions
from request as r
cross join size_check
join total as t on t.account_id = r.account_id
order by r.ord, t.first_id
