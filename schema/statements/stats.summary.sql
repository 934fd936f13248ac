-- A study day counts once, whatever the number of its topics. Requests for the same account and
-- range share a report, which is computed once. Too many rows: see stats.series.
with request as materialized (
	select r.*, dense_rank() over (order by r.account_id, r."from", r."to") as report
	from unnest($1::int8[], $2::date[], $3::date[]) with ordinality as r (account_id, "from", "to", ord)
),
report as materialized (
	select distinct r.report, r.account_id, coalesce(r."from", '-infinity') as first_day,
		coalesce(r."to", 'infinity') as end_day
	from request as r
),
head as materialized (
	select p.report, days.*
	from report as p
	cross join lateral (
		select coalesce(sum(d.minutes), 0)::int8 as minutes,
			coalesce(sum(d.sessions), 0)::int8 as sessions,
			count(distinct d.study_date) as study_days
		from daily_totals as d
		where d.account_id = p.account_id and d.study_date >= p.first_day
			and d.study_date < p.end_day
	) as days
),
topic as materialized (
	select p.report, s.topic_id, t.name as tag, s.minutes, s.sessions
	from report as p
	cross join lateral (
		select d.topic_id, sum(d.minutes)::int8 as minutes, sum(d.sessions)::int8 as sessions
		from daily_totals as d
		where d.account_id = p.account_id and d.study_date >= p.first_day
			and d.study_date < p.end_day
		group by d.topic_id
		offset 0
	) as s
	cross join lateral (
		select t.name
		from topics as t
		where t.account_id = p.account_id and t.id = s.topic_id
		limit 1
	) as t
),
size_check as materialized (
	select case
			when sum(t.topics) > 80000 and (select count(*) > 1 from request)
				then run_again('the reports have more rows than were expected')
		end
	from request as r
	join (select t.report, count(*) as topics from topic as t group by t.report) as t
		on t.report = r.report
)
select r.ord, null::text as outcome, r."from" as "head.from", r."to" as "head.to",
	h.minutes as "head.minutes", h.sessions as "head.sessions", h.study_days as "head.study_days",
	t.topic_id, t.tag, t.minutes, t.sessions
from request as r
cross join size_check
join head as h on h.report = r.report
left join topic as t on t.report = r.report
order by r.ord, t.minutes desc, t.topic_id
