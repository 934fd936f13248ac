-- Revert studytracker:accounts from pg

begin;

drop function account_today(text, time);
drop table accounts;
drop function is_time_zone(text);

commit;
