-- Verify studytracker:local_instants on pg

begin;

select 1 / (instant_of_clock('2026-01-31 18:30', 'Europe/Berlin') = '2026-01-31 17:30Z')::int;
select 1 / (instant_of(1, '2026-01-31T18:30:00.000000Z') = '2026-01-31 18:30Z')::int;
select 1 / is_local_time(1, null)::int;

rollback;
