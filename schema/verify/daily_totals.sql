-- Verify studytracker:daily_totals on pg

begin;

select account_id, study_date, topic_id, minutes, sessions from daily_totals where false;
select 1 / (count(*) = 4)::int from pg_trigger
where tgrelid = 'sessions'::regclass and tgname like 'daily\_totals\_%';
select 1 / (count(*) = 0)::int from daily_totals_differences();
select topic_sessions_now(1, 1);

rollback;
