-- Revert studytracker:goal_circles from pg

begin;

drop trigger refuse_goal_circle on goals;
drop function refuse_goal_circle();

commit;
