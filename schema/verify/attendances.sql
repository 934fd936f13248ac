-- Verify studytracker:attendances on pg

begin;

select account_id, person_id, meeting_date, meeting_id from attendances where false;
select 1 / (count(*) = 2)::int
from pg_trigger
where tgrelid = 'meetings'::regclass and tgfoid = 'keep_attendances()'::regprocedure;

rollback;
