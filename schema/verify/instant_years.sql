-- Verify studytracker:instant_years on pg

begin;

select 1 / (instant_of_clock('1900-01-01 00:00', 'Asia/Tokyo') is null)::int;
select 1 / (local_time_refusal(1, null) is null)::int;

rollback;
