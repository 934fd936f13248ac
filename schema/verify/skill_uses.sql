-- Verify studytracker:skill_uses on pg

begin;

select 'skill_project_count(bigint, bigint)'::regprocedure;

rollback;
