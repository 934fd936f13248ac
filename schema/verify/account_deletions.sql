-- Verify studytracker:account_deletions on pg

begin;

-- It runs as the owner, with a search path that nobody else chooses.
select 1 / (count(*) = 1)::int
from pg_proc
where oid = 'purge_accounts(bigint, interval)'::regprocedure and prosecdef
	and proconfig = '{"search_path=pg_catalog, public, pg_temp"}';
select 'hold_admins()'::regprocedure, 'close_account(bigint)'::regprocedure,
	'purge_account(bigint, bigint, timestamptz)'::regprocedure,
	'purge_table(bigint, text, text, bigint)'::regprocedure, 'topics_merged'::regclass;

rollback;
