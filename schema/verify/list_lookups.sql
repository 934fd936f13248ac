-- Verify studytracker:list_lookups on pg

begin;

select 1 / (count(*) = 2)::int
from pg_proc
where proname in ('person_last_met', 'tag_count') and pg_get_functiondef(oid) like '%FILTER%';

rollback;
