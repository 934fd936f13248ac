-- Revert studytracker:account_clock from pg

begin;

drop function instant_text(timestamptz);
drop function account_day_start(bigint, date);
drop function local_instant(timestamp, text);
drop function account_week(bigint, date);
drop function account_today(bigint);

commit;
