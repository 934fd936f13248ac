-- When the account has most energy: means by the hour and by the weekday of the account's zone.
-- Each check-in counts once. A bucket with fewer than 3 check-ins has no means: they would tell
-- nothing. At most the newest 20,000 check-ins of the range count; is_complete tells whether these
-- are all.
with request as materialized (
	select r.ord, r.account_id, r."from", r."to", a.time_zone
	from unnest($1::int8[], $2::date[], $3::date[]) with ordinality as r (account_id, "from", "to", ord)
	cross join lateral (
		select a.time_zone from accounts as a where a.account_id = r.account_id limit 1) as a
),
checkin as materialized (
	select r.ord, e.energy_level, e.engagement_level, e.place,
		extract(hour from e.local)::int as hour, extract(isodow from e.local)::int as weekday
	from request as r
	cross join lateral (
		select e.energy_level, e.engagement_level,
			row_number() over (order by e.checkin_datetime desc, e.id desc) as place,
			coalesce(local_time(e.checkin_datetime, r.time_zone), e.checkin_datetime::timestamp) as local
		from energy_checkins as e
		where e.account_id = r.account_id and e.deleted_at is null
			and e.checkin_datetime >= coalesce(account_day_start(r.account_id, r."from"), '-infinity')
			and e.checkin_datetime < coalesce(account_day_start(r.account_id, r."to"), 'infinity')
		order by e.checkin_datetime desc, e.id desc
		limit 20001
	) as e
),
bucket as materialized (
	select c.ord, c.hour, c.weekday, count(*) as checkins,
		case when count(*) >= 3 then round(avg(c.energy_level), 2) end as energy,
		case when count(*) >= 3 then round(avg(c.engagement_level), 2) end as engagement
	from checkin as c
	where c.place <= 20000
	group by grouping sets ((c.ord, c.hour), (c.ord, c.weekday), (c.ord))
)
select r.ord, null::text as outcome, r."from", r."to", coalesce(whole.checkins, 0) as checkins,
	whole.energy::float8 as energy_level, whole.engagement::float8 as engagement_level,
	hours.rows as by_hour, weekdays.rows as by_weekday,
	not exists (select from checkin as c where c.ord = r.ord and c.place > 20000) as is_complete
from request as r
left join bucket as whole on whole.ord = r.ord and whole.hour is null and whole.weekday is null
cross join lateral (
	select coalesce(jsonb_agg(jsonb_build_object('hour', b.hour, 'checkins', b.checkins,
			'energy_level', b.energy, 'engagement_level', b.engagement) order by b.hour), '[]') as rows
	from bucket as b
	where b.ord = r.ord and b.hour is not null
) as hours
cross join lateral (
	select coalesce(jsonb_agg(jsonb_build_object('weekday', b.weekday, 'checkins', b.checkins,
			'energy_level', b.energy, 'engagement_level', b.engagement) order by b.weekday), '[]') as rows
	from bucket as b
	where b.ord = r.ord and b.weekday is not null
) as weekdays
order by r.ord
