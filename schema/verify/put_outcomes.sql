-- Verify studytracker:put_outcomes on pg

begin;

select 1 / (is_none_match(null, now()) and is_none_match('x', now()) and not is_none_match('*', now()))::int;
select 1 / (account_day('UTC', '04:00', '2026-01-02T03:59Z') = '2026-01-01')::int;
select session_differences(null::session_rows, null::wanted_session);

rollback;
