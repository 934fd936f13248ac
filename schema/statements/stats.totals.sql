select r.ord, null::text as outcome, t.name as tag, s.minutes, s.sessions
from unnest($1::int8[]) with ordinality as r (account_id, ord)
cross join lateral (
	select d.account_id, d.topic_id, sum(d.minutes)::int8 as minutes, sum(d.sessions)::int8 as sessions
	from daily_totals as d
	where d.account_id = r.account_id
	group by d.account_id, d.topic_id
	offset 0
) as s
cross join lateral (
	select t.name
	from topics as t
	where t.account_id = s.account_id and t.id = s.topic_id
	limit 1
) as t
order by r.ord, s.topic_id
