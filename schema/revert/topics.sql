-- Revert studytracker:topics from pg

begin;

drop table topics;

commit;
