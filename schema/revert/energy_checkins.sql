-- Revert studytracker:energy_checkins from pg

begin;

drop function energy_checkin_now(bigint, bigint);
drop table energy_checkins;

commit;
