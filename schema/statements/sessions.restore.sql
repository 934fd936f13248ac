-- One that is not deleted is answered as it is.
with request as materialized (
	select r.*
	from unnest($1::int8[], $2::uuid[]) with ordinality as r (account_id, session_id, ord)
	order by r.account_id, r.session_id
),
session as materialized ( -- locked, in key order
	select r.ord, s.*
	from request as r
	cross join lateral (
		select *
		from sessions as s
		where s.account_id = r.account_id and s.id = r.session_id
		limit 1
		for no key update
	) as s
),
verdict as materialized (
	select s.*, t.name as tag, case when t.name is null then 'TOPIC_DELETED' end as outcome
	from (select * from session order by account_id, topic_id) as s
	left join lateral ( -- held against deletion, in key order
		select t.name
		from topics as t
		where t.account_id = s.account_id and t.id = s.topic_id and t.deleted_at is null
		limit 1
		for key share
	) as t on true
),
restored as (
	update sessions as s
	set deleted_at = null, updated_at = next_update(v.updated_at)
	from verdict as v
	where s.account_id = v.account_id and s.id = v.id and v.outcome is null
		and v.deleted_at is not null
	returning v.ord, s.updated_at
)
select v.ord, v.outcome, v.id, v.topic_id, v.tag, v.study_date, v.duration_minutes,
	v.duration_minutes as minutes, v.notes, v.created_at,
	coalesce(r.updated_at, v.updated_at) as updated_at, v.created_at as "timestamp"
from verdict as v
left join restored as r on r.ord = v.ord
order by v.ord
