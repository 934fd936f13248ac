-- Revert studytracker:task_summaries from pg

begin;

drop function task_summary(tasks);

commit;
