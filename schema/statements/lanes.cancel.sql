-- Cancels the statement that runs in a lane of a worker. A lane without a running statement ignores
-- the cancellation. worker/connection_setup.c makes the application_name.
--
-- A statement that is cancelled while it waits for a standby reports a commit that may not be
-- replicated. So nothing is cancelled during that wait, and in the write lane a statement is
-- cancelled only while it waits for a lock. (The slow lane can wait for a standby, too: it runs
-- merges.)
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
