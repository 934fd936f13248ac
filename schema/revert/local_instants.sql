-- Revert studytracker:local_instants from pg

begin;

drop function is_local_time(bigint, text);
drop function instant_of(bigint, text);
drop function instant_of_clock(timestamp, text);

commit;
