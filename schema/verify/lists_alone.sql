-- Verify studytracker:lists_alone on pg

begin;

select 1 / (count(*) = 2)::int
from pg_proc
where proname in ('tag_count', 'person_last_met') and pg_get_functiondef(oid) ilike '%filter (%account_id%';

rollback;
