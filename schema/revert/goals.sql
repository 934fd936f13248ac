-- Revert studytracker:goals from pg

begin;

drop function goal_now(bigint, bigint);
drop table milestones;
drop table goals;

commit;
