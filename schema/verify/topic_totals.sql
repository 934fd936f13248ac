-- Verify studytracker:topic_totals on pg

begin;

select account_id, topic_id, minutes, sessions from topic_totals where false;
select 1 / (count(*) = 4)::int from pg_trigger
where tgrelid = 'sessions'::regclass and tgname like 'topic\_totals\_%';
select 1 / (count(*) = 0)::int from topic_totals_differences();
select 1 / (count(*) = 1)::int from account_tables() where name = 'topic_totals';

rollback;
