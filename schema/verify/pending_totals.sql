-- Verify studytracker:pending_totals on pg

begin;

select account_id, id, study_dates, topic_ids, minutes, sessions from pending_totals where false;
select account_id, study_date, topic_id, minutes, sessions from daily_totals where false;
select account_id, topic_id, minutes, sessions from topic_totals where false;
select 1 / (count(*) = 4)::int from pg_trigger where tgrelid = 'sessions'::regclass and tgname like 'totals\_%';
select 1 / (count(*) = 2)::int from pg_trigger where tgrelid = 'topics'::regclass and tgname like 'topics\_guard%';
select 1 / (count(*) = 0)::int from daily_totals_differences();
select 1 / (count(*) = 0)::int from topic_totals_differences();
select has_function_privilege('fold_some_totals(bigint)', 'execute');

rollback;
