-- Index: CONCURRENTLY stops nobody, but cannot run in a transaction, and waits for every older
-- transaction. That wait stops nobody either, so it may take its time. An attempt that failed
-- leaves an index that is not valid.

set lock_timeout = 0;
drop index concurrently if exists sessions_week;
create index concurrently sessions_week on sessions (account_id, study_week, id)
	where deleted_at is null;
