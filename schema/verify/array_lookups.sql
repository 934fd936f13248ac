-- Verify studytracker:array_lookups on pg

begin;

select 1 / (count(*) = 3)::int
from pg_proc
where proname = 'tag_names_now' and pg_get_functiondef(oid) ilike '%unnest%'
	or proname in ('tag_count', 'person_last_met') and pg_get_functiondef(oid) not like '%+ 0%';

rollback;
