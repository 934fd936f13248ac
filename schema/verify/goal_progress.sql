-- Verify studytracker:goal_progress on pg

begin;

select 'goal_milestones(bigint, bigint)'::regprocedure,
	'goal_milestone_count(bigint, bigint, boolean)'::regprocedure,
	'goal_minutes_this_week(bigint, bigint[])'::regprocedure,
	'goal_is_at_or_below(bigint, bigint, bigint)'::regprocedure;

rollback;
