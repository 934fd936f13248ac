-- Verify studytracker:session_topics on pg

begin;

select 1 / (count(*) = 2)::int from pg_trigger
where tgrelid = 'topic_totals'::regclass and tgname like 'topic\_totals\_guard%';
select 1 / (count(*) = 1)::int from pg_constraint
where conrelid = 'topic_totals'::regclass and confrelid = 'topics'::regclass;
select 1 / (count(*) = 0)::int from pg_constraint
where conrelid = 'sessions'::regclass and confrelid = 'topics'::regclass;
select 1 / (count(*) = 0)::int from topic_totals_differences();
select has_function_privilege('topic_has_rows_now(bigint, bigint)', 'execute');

rollback;
