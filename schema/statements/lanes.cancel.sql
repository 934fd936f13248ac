-- Cancels what runs in a lane of a worker; a lane without a running statement ignores that. The
-- name is made as in worker/database.c.
--
-- A cancellation during the wait for a standby would let a commit be acknowledged that is not replicated.
-- So in the write lane a statement is cancelled only while it waits for a lock, and a slow one, which may
-- be a merge, not while it waits for a standby.
select r.ord, null::text as outcome, count(*) filter (where s.is_cancelled) as statements
from unnest($1::int8[], $2::uuid[], $3::text[]) with ordinality as r (account_id, worker, lane, ord)
left join lateral (
	select pg_cancel_backend(a.pid) as is_cancelled
	from pg_stat_activity as a
	where a.application_name = 'studytracker-worker-' || r.worker || '-' || r.lane
		and a.state = 'active' and a.pid <> pg_backend_pid()
		and (r.lane <> 'write' or a.wait_event_type = 'Lock')
		and a.wait_event is distinct from 'SyncRep'
) as s on true
group by r.ord
order by r.ord
