-- A run is a sequence of study days without a gap: its days have the same value of day -
-- row_number. The longest run may include days after today, so that it does not shrink when today
-- moves back (because of another time zone or another start of the day). The current run ends today
-- or yesterday: today is not over.
with request as materialized (
	select r.ord, r.account_id, coalesce(r.min_minutes, 1) as min_minutes,
		dense_rank() over (order by r.account_id, coalesce(r.min_minutes, 1)) as report
	from unnest($1::int8[], $2::int8[]) with ordinality as r (account_id, min_minutes, ord)
),
report as materialized ( -- computed once for equal requests
	select r.*, a.today
	from (select distinct r.report, r.account_id, r.min_minutes from request as r) as r
	cross join lateral (
		select account_today(a.time_zone, a.day_starts_at) as today
		from accounts as a
		where a.account_id = r.account_id
		limit 1
	) as a
),
run as materialized (
	select p.report, p.today, days.*
	from report as p
	cross join lateral (
		select count(*)::int4 as length, min(d.study_date) as first_day, max(d.study_date) as last_day
		from (
			select d.study_date, d.study_date - row_number() over (order by d.study_date)::int as run
			from daily_totals as d
			where d.account_id = p.account_id
			group by d.study_date
			having sum(d.minutes) >= p.min_minutes
		) as d
		group by d.run
	) as days
),
current_run as materialized (
	select r.report, r.first_day, least(r.last_day, r.today) as last_day
	from run as r
	where r.first_day <= r.today and r.last_day >= r.today - 1
),
longest_run as materialized (
	select distinct on (r.report) r.*
	from run as r
	order by r.report, r.length desc, r.last_day desc
)
select r.ord, null::text as outcome, coalesce(c.last_day - c.first_day + 1, 0) as current,
	c.first_day as current_from, c.last_day as current_to, coalesce(l.length, 0) as longest,
	l.first_day as longest_from, l.last_day as longest_to, r.min_minutes, p.today
from request as r
join report as p on p.report = r.report
left join current_run as c on c.report = r.report
left join longest_run as l on l.report = r.report
order by r.ord
