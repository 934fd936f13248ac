-- Verify studytracker:goal_circles on pg

begin;

select 1 / count(*)
from pg_trigger
where tgname = 'refuse_goal_circle' and tgrelid = 'goals'::regclass;

rollback;
