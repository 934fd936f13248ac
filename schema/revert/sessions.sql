-- Revert studytracker:sessions from pg

begin;

drop function session_now(bigint, uuid);
drop view session_rows;
drop table sessions;

commit;
