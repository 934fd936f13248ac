-- Buckets that have sessions, each with the days it covers, from inclusive, to exclusive. No day
-- is later than 9999-12-31, so the last bucket of all ends there.
with request as materialized (
	select r.*, coalesce(r."from", '-infinity') as first_day, coalesce(r."to", 'infinity') as end_day,
		coalesce(r.bucket, 'day') as "by", a.week_start
	from unnest($1::int8[], $2::text[], $3::text[], $4::date[], $5::date[]) with ordinality
		as r (account_id, bucket, "group", "from", "to", ord)
	join accounts as a on a.account_id = r.account_id
),
bucket as materialized (
	select r.ord, b.*
	from request as r
	cross join lateral (
		select s.first_day, s.topic_id, sum(s.minutes)::int8 as minutes,
			sum(s.sessions)::int8 as sessions
		from (
			select
				case r."by"
					when 'day' then d.study_date
					when 'week' then d.study_date
						- (extract(isodow from d.study_date)::int - r.week_start + 7) % 7
					else date_trunc(r."by", d.study_date::timestamp)::date
				end as first_day,
				case r."group" when 'topic' then d.topic_id end as topic_id, d.minutes, d.sessions
			from daily_totals as d
			where d.account_id = r.account_id and d.study_date >= r.first_day
				and d.study_date < r.end_day
		) as s
		group by s.first_day, s.topic_id
		limit 20001
	) as b
),
verdict as materialized (
	select r.*, (select count(*) from bucket as b where b.ord = r.ord) > 20000 as is_too_large
	from request as r
)
select r.ord, case when r.is_too_large then 'RANGE_TOO_LARGE' end as outcome, r."by" as "head.by",
	r.week_start::int4 as "head.week_start", r."from" as "head.from", r."to" as "head.to",
	b.first_day as "from",
	least(
		case r."by"
			when 'day' then b.first_day + 1
			when 'week' then b.first_day + 7
			else (b.first_day + ('1 ' || r."by")::interval)::date
		end, '9999-12-31') as "to",
	b.topic_id, t.name as tag, b.minutes, b.sessions
from verdict as r
left join bucket as b on b.ord = r.ord and not r.is_too_large
left join topics as t on t.account_id = r.account_id and t.id = b.topic_id
order by r.ord, b.first_day, b.topic_id
