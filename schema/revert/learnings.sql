-- Revert studytracker:learnings from pg

begin;

drop function learning_now(bigint, bigint);
drop table learnings;

commit;
