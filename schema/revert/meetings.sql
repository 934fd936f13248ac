-- Revert studytracker:meetings from pg

begin;

drop function meeting_now(bigint, bigint);
drop table meetings;

commit;
