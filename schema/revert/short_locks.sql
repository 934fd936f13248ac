-- Revert studytracker:short_locks from pg

begin;

drop procedure with_short_locks(text);

commit;
