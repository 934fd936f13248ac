-- Revert studytracker:put_outcomes from pg

begin;

drop function session_differences(session_rows, wanted_session);
drop type wanted_session;
drop function account_day(text, time, timestamptz);
drop function is_none_match(text, timestamptz);

commit;
