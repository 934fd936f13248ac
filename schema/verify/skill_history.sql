-- Verify studytracker:skill_history on pg

begin;

select 1 / (count(*) = 2)::int
from pg_trigger
where tgname in ('record_level', 'record_first_level') and tgrelid = 'skills'::regclass;

rollback;
