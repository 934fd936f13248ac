-- Verify studytracker:new_tag_names on pg

begin;

select 1 / count(*)
from pg_proc
where proname = 'tag_names_now' and pg_get_functiondef(oid) like '%array_agg%';

rollback;
