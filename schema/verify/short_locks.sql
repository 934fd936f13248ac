-- Verify studytracker:short_locks on pg

begin;

select 'with_short_locks(text)'::regprocedure;

rollback;
