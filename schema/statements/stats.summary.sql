-- Study days are counted once, whatever the number of topics.
with request as materialized (
	select r.*, coalesce(r."from", '-infinity') as first_day, coalesce(r."to", 'infinity') as end_day
	from unnest($1::int8[], $2::date[], $3::date[]) with ordinality as r (account_id, "from", "to", ord)
)
select r.ord, null::text as outcome, r."from" as "head.from", r."to" as "head.to",
	days.minutes as "head.minutes", days.sessions as "head.sessions",
	days.study_days as "head.study_days", topic.topic_id, topic.tag, topic.minutes, topic.sessions
from request as r
cross join lateral (
	select coalesce(sum(d.minutes), 0)::int8 as minutes, coalesce(sum(d.sessions), 0)::int8 as sessions,
		count(distinct d.study_date) as study_days
	from daily_totals as d
	where d.account_id = r.account_id and d.study_date >= r.first_day and d.study_date < r.end_day
) as days
left join lateral (
	select s.topic_id, t.name as tag, s.minutes, s.sessions
	from (
		select d.account_id, d.topic_id, sum(d.minutes)::int8 as minutes,
			sum(d.sessions)::int8 as sessions
		from daily_totals as d
		where d.account_id = r.account_id and d.study_date >= r.first_day and d.study_date < r.end_day
		group by d.account_id, d.topic_id
		offset 0
	) as s
	cross join lateral (
		select t.name
		from topics as t
		where t.account_id = s.account_id and t.id = s.topic_id
		limit 1
	) as t
) as topic on true
order by r.ord, topic.minutes desc, topic.topic_id
