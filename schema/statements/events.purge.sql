-- Deletes security events after 400 days, and log-ins 30 days after their end: the oldest first, at
-- most 1,000 of each. It skips rows that another transaction has locked, so that workers may run it
-- at the same time.
with deleted_event as (
	delete from security_events as e
	where e.ctid = any (array(
		select e.ctid
		from security_events as e
		where e.at < now() - interval '400 days'
		order by e.at
		limit 1000
		for update skip locked))
	returning e.id
),
deleted_login as (
	delete from logins as l
	where l.ctid = any (array(
		select l.ctid
		from logins as l
		where least(l.ended_at, l.expires_at) < now() - interval '30 days'
		order by least(l.ended_at, l.expires_at)
		limit 1000
		for update skip locked))
	returning l.id
)
select r.ord, null::text as outcome, (select count(*) from deleted_event) as events,
	(select count(*) from deleted_login) as logins
from unnest($1::int8[]) with ordinality as r (account_id, ord)
order by r.ord
