-- Revert studytracker:tags from pg

begin;

drop function tag_now(bigint, bigint);
drop table tags;

commit;
