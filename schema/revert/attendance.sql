-- Revert studytracker:attendance from pg

begin;

drop function person_last_met(bigint, bigint);
drop function people_of(bigint, bigint[]);

commit;
