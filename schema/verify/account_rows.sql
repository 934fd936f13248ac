-- Verify studytracker:account_rows on pg

begin;

-- It runs as the owner, with a search path that nobody else chooses.
select 1 / (count(*) = 1)::int
from pg_proc
where oid = 'export_account(bigint, text, bigint)'::regprocedure and prosecdef
	and proconfig = '{"search_path=pg_catalog, public, pg_temp"}';
select 1 / (count(*) > 20)::int from account_tables();
select 'key_columns(text, text)'::regprocedure, 'export_tables()'::regprocedure,
	'export_columns(text, text[])'::regprocedure, 'export_position(text)'::regprocedure,
	'export_table(bigint, text, text, text[], jsonb, bigint)'::regprocedure;

rollback;
