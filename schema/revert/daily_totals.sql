-- Revert studytracker:daily_totals from pg

begin;

drop trigger daily_totals_truncate on sessions;
drop trigger daily_totals_remove on sessions;
drop trigger daily_totals_change on sessions;
drop trigger daily_totals_add on sessions;
drop function daily_totals_truncate();
drop function daily_totals_remove();
drop function daily_totals_change();
drop function daily_totals_add();
drop function daily_totals_move(daily_totals);
drop function topic_sessions_now(bigint, bigint);
drop function daily_totals_differences();
drop table daily_totals;

commit;
