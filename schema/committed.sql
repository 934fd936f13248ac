-- A position after every change that has been committed, on the primary. A position that is not
-- flushed may stay ahead of what a standby gets, so it is returned only if commits do not wait for
-- the flush.
select
	('x' || left(pg_walfile_name(lsn), 8))::bit(32)::int8 as timeline,
	(lsn - '0/0'::pg_lsn)::int8 as lsn
from (
	select case current_setting('synchronous_commit')
		when 'off' then pg_current_wal_insert_lsn()
		else pg_current_wal_flush_lsn()
	end
) as committed (lsn)
