-- Ends the sessions of all lanes of a worker: their names begin with the worker's (worker/database.c).
-- Another fence of the worker that asks waits as long, so that is not long: it is asked again.
-- A session that is already on its way out can't be ended, and counts as one that could not: asked
-- again, it is gone.
select r.ord,
	case when not bool_and(coalesce(s.is_ended, true))
		then 'DATABASE_UNAVAILABLE: a database session of the worker has not ended' end as outcome,
	count(s.pid) as sessions
from unnest($1::int8[], $2::uuid[]) with ordinality as r (account_id, worker, ord)
left join lateral (
	select a.pid, pg_terminate_backend(a.pid, 200) as is_ended
	from pg_stat_activity as a
	where a.application_name like 'studytracker-worker-' || r.worker || '%' and a.pid <> pg_backend_pid()
) as s on true
group by r.ord
order by r.ord
