-- Runs of study days up to today; days that follow one another share day - row_number. The run
-- that ends yesterday is still going on: today is not over.
with request as materialized (
	select r.ord, r.account_id, coalesce(r.min_minutes, 1) as min_minutes,
		account_today(a.time_zone, a.day_starts_at) as today
	from unnest($1::int8[], $2::int8[]) with ordinality as r (account_id, min_minutes, ord)
	join accounts as a on a.account_id = r.account_id
),
run as materialized (
	select r.ord, r.today, days.*
	from request as r
	cross join lateral (
		select count(*)::int4 as length, min(d.study_date) as first_day, max(d.study_date) as last_day
		from (
			select d.study_date, d.study_date - row_number() over (order by d.study_date)::int as run
			from daily_totals as d
			where d.account_id = r.account_id and d.study_date <= r.today
			group by d.study_date
			having sum(d.minutes) >= r.min_minutes
		) as d
		group by d.run
	) as days
)
select r.ord, null::text as outcome, coalesce(c.length, 0) as current,
	c.first_day as current_from, c.last_day as current_to, coalesce(l.length, 0) as longest,
	l.first_day as longest_from, l.last_day as longest_to, r.min_minutes, r.today
from request as r
left join run as c on c.ord = r.ord and c.last_day >= r.today - 1
left join (
	select distinct on (ord) *
	from run
	order by ord, length desc, last_day desc
) as l on l.ord = r.ord
order by r.ord
