-- No day is later than 9999-12-31, so that year ends there.
with request as materialized (
	select r.ord, r.account_id, y.year, make_date(y.year, 1, 1) as first_day,
		least(make_date(y.year + 1, 1, 1), '9999-12-31') as end_day
	from unnest($1::int8[], $2::int8[]) with ordinality as r (account_id, year, ord)
	join accounts as a on a.account_id = r.account_id
	cross join lateral (
		select coalesce(r.year, extract(year from account_today(a.time_zone, a.day_starts_at)))::int
			as year
	) as y
)
select r.ord, null::text as outcome, r.year as "head.year", r.first_day as "head.from",
	r.end_day as "head.to", coalesce(sum(d.minutes) over of_year, 0)::int8 as "head.minutes",
	coalesce(max(d.minutes) over of_year, 0)::int8 as "head.max_minutes", d.study_date as "date",
	d.minutes, d.sessions
from request as r
left join lateral (
	select d.study_date, sum(d.minutes)::int8 as minutes, sum(d.sessions)::int8 as sessions
	from daily_totals as d
	where d.account_id = r.account_id
		and d.study_date between r.first_day and make_date(r.year, 12, 31)
	group by d.study_date
) as d on true
window of_year as (partition by r.ord)
order by r.ord, d.study_date
