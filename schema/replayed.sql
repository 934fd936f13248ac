-- Waits until this standby has replayed a position ($1 the timeline, $2 the WAL position), at most
-- 10 ms, and returns whether it has; null if this server is no standby. It runs before the reads of
-- a transaction: each of these gets a snapshot of its own. On an older timeline than that of the
-- position the standby has not replayed it: its WAL may differ from that of the primary. The
-- timeline is that of its last restart point.
with recursive checks (is_comparable, has_replayed) as (
	select is_comparable,
		is_comparable and pg_last_wal_replay_lsn() - '0/0'::pg_lsn >= $2::int8
	from (
		select pg_is_in_recovery()
			and (select timeline_id from pg_control_checkpoint()) >= $1::int8
	) as server (is_comparable)
	union all
	select true, case when pg_sleep(0.001) is not null
		then pg_last_wal_replay_lsn() - '0/0'::pg_lsn >= $2::int8 end
	from checks
	where is_comparable and not has_replayed
		and clock_timestamp() < statement_timestamp() + interval '10 ms'
)
select case when pg_is_in_recovery() then bool_or(has_replayed) end as has_replayed
from checks
