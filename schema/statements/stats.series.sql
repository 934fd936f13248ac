-- Returns the buckets that have sessions. "from" (inclusive) and "to" (exclusive) are the days that
-- a bucket counts: a bucket that reaches beyond the range is clipped to it. Days lie in the years
-- 1900 to 9999; the last possible bucket ends with 9999-12-31. Equal requests share a report, which
-- is computed once. If a batch would return more rows than a worker may hold, its requests run
-- again singly: the estimate of worker/cost.h was too low.
with request as materialized (
	select r.ord, r.account_id, coalesce(r.bucket, 'day') as "by", r."group", r."from", r."to",
		dense_rank() over (order by r.account_id, coalesce(r.bucket, 'day'), r."group", r."from",
			r."to") as report
	from unnest($1::int8[], $2::text[], $3::text[], $4::date[], $5::date[]) with ordinality
		as r (account_id, bucket, "group", "from", "to", ord)
),
report as materialized (
	select r.*, a.week_start, coalesce(r."from", '-infinity') as first_day,
		coalesce(r."to", 'infinity') as end_day
	from (select distinct on (r.report) r.* from request as r order by r.report) as r
	cross join lateral (
		select a.week_start
		from accounts as a
		where a.account_id = r.account_id
		limit 1
	) as a
),
bucket as materialized (
	select p.report, p.account_id, greatest(b.first_day, p.first_day, '1900-01-01') as "from",
		least(e.end_day, p.end_day, '9999-12-31') as "to", b.topic_id, b.minutes, b.sessions,
		p.first_day > greatest(b.first_day, '1900-01-01') or p.end_day < e.end_day as is_partial
	from report as p
	cross join lateral (
		select s.first_day, s.topic_id, sum(s.minutes)::int8 as minutes,
			sum(s.sessions)::int8 as sessions
		from (
			select
				case p."by"
					when 'day' then d.study_date
					when 'week' then d.study_date
						- (extract(isodow from d.study_date)::int - p.week_start + 7) % 7
					else date_trunc(p."by", d.study_date::timestamp)::date
				end as first_day,
				case p."group" when 'topic' then d.topic_id end as topic_id, d.minutes, d.sessions
			from daily_totals as d
			where d.account_id = p.account_id and d.study_date >= p.first_day
				and d.study_date < p.end_day
		) as s
		group by s.first_day, s.topic_id
		limit 20001
	) as b
	cross join lateral (
		select case p."by"
				when 'day' then b.first_day + 1
				when 'week' then b.first_day + 7
				else (b.first_day + ('1 ' || p."by")::interval)::date
			end as end_day
	) as e
),
named_bucket as materialized ( -- looks each topic up once, for the first of its buckets
	select b.report, b."from", b."to", b.topic_id, b.minutes, b.sessions, b.is_partial,
		max(b.name) over (partition by b.account_id, b.topic_id) as tag
	from (
		select b.*, case when b.place = 1 then (
				select t.name
				from topics as t
				where t.account_id = b.account_id and t.id = b.topic_id
				limit 1) end as name
		from (
			select b.*, row_number() over (partition by b.account_id, b.topic_id) as place
			from bucket as b
		) as b
	) as b
),
verdict as materialized (
	select p.report, p.week_start, coalesce(c.buckets, 0) as buckets,
		coalesce(c.buckets > 20000, false) as is_too_large
	from report as p
	left join (select b.report, count(*) as buckets from bucket as b group by b.report) as c
		on c.report = p.report
),
size_check as materialized (
	select case
			when count(*) > 1 and sum(v.buckets) filter (where not v.is_too_large) > 80000
				then run_again('the reports have more rows than were expected')
		end
	from request as r
	join verdict as v on v.report = r.report
)
select r.ord, case when v.is_too_large then 'RANGE_TOO_LARGE' end as outcome, r."by" as "head.by",
	v.week_start::int4 as "head.week_start", r."from" as "head.from", r."to" as "head.to",
	b."from", b."to", b.topic_id, b.tag, b.minutes, b.sessions, b.is_partial
from request as r
cross join size_check
join verdict as v on v.report = r.report
left join named_bucket as b on b.report = r.report and not v.is_too_large
order by r.ord, b."from", b.topic_id
