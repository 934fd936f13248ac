-- Verify studytracker:account_days on pg

begin;

select 1 / (account_day('CET', '00:00', '2026-07-01T22:30Z') = '2026-07-02')::int;

rollback;
