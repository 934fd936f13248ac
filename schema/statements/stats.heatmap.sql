-- The last possible day is 9999-12-31, so the year 9999 ends with it. Requests for the same account
-- and year share a report, which is computed once.
with request as materialized (
	select r.ord, r.account_id, y.year, make_date(y.year, 1, 1) as first_day,
		least(make_date(y.year + 1, 1, 1), '9999-12-31') as end_day,
		dense_rank() over (order by r.account_id, y.year) as report
	from unnest($1::int8[], $2::int8[]) with ordinality as r (account_id, year, ord)
	cross join lateral (
		select account_today(a.time_zone, a.day_starts_at) as today
		from accounts as a
		where a.account_id = r.account_id
		limit 1
	) as a
	cross join lateral (select coalesce(r.year, extract(year from a.today))::int as year) as y
),
day as materialized (
	select p.report, d.*, sum(d.minutes) over of_report as all_minutes,
		max(d.minutes) over of_report as max_minutes
	from (select distinct r.report, r.account_id, r.year, r.first_day from request as r) as p
	cross join lateral (
		select d.study_date, sum(d.minutes)::int8 as minutes, sum(d.sessions)::int8 as sessions
		from daily_totals as d
		where d.account_id = p.account_id
			and d.study_date between p.first_day and make_date(p.year, 12, 31)
		group by d.study_date
	) as d
	window of_report as (partition by p.report)
)
select r.ord, null::text as outcome, r.year as "head.year", r.first_day as "head.from",
	r.end_day as "head.to", coalesce(d.all_minutes, 0)::int8 as "head.minutes",
	coalesce(d.max_minutes, 0)::int8 as "head.max_minutes", d.study_date as "date", d.minutes,
	d.sessions
from request as r
left join day as d on d.report = r.report
order by r.ord, d.study_date
