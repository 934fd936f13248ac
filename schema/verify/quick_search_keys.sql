-- Verify studytracker:quick_search_keys on pg

begin;

set local search_path = ''; -- as pg_restore does

select 1 / (public.search_key('Café') = public.search_key('CAFE'))::int,
	1 / (public.search_key('cafe') = 'cafe')::int,
	1 / (public.search_key(null) is null)::int;

select 1 / (l.lanname = 'plpgsql' and p.proisstrict)::int
from pg_catalog.pg_proc as p
join pg_catalog.pg_language as l on l.oid = p.prolang
where p.oid = 'public.search_key(text)'::regprocedure;

rollback;
