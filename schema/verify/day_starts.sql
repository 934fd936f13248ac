-- Verify studytracker:day_starts on pg

begin;

select 1 / (first_shown('2026-10-25 00:00', 'Atlantic/Azores') = '2026-10-25 00:00Z')::int;

rollback;
