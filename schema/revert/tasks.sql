-- Revert studytracker:tasks from pg

begin;

drop function task_now(bigint, bigint);
drop table tasks;

commit;
