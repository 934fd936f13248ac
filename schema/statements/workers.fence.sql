-- Ends the connections of all lanes of a worker. Their application_name begins with the worker's
-- (worker/connection_setup.c). The wait for each connection is short, because other fences wait
-- behind this one: if a connection has not ended by then, the request fails and is repeated. A
-- connection that is already ending also counts as not ended; it is gone when the request is
-- repeated.
select r.ord,
	case when not bool_and(coalesce(s.is_ended, true))
		then 'DATABASE_UNAVAILABLE: a connection of the worker has not ended' end as outcome,
	count(s.pid) as sessions
from unnest($1::int8[], $2::uuid[]) with ordinality as r (account_id, worker, ord)
left join lateral (
	select a.pid, pg_terminate_backend(a.pid, 200) as is_ended
	from pg_stat_activity as a
	where a.application_name like 'studytracker-worker-' || r.worker || '%' and a.pid <> pg_backend_pid()
) as s on true
group by r.ord
order by r.ord
