-- Verify studytracker:task_summaries on pg

begin;

select 'task_summary(tasks)'::regprocedure;

rollback;
