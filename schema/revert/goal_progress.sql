-- Revert studytracker:goal_progress from pg

begin;

drop function goal_is_at_or_below(bigint, bigint, bigint);
drop function goal_minutes_this_week(bigint, bigint[]);
drop function goal_milestone_count(bigint, bigint, boolean);
drop function goal_milestones(bigint, bigint);

commit;
