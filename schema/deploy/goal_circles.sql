-- Deploy studytracker:goal_circles to pg
-- requires: goal_progress
-- requires: namesakes

begin;

-- Requests of one batch may close a circle that none of them closes alone. They run singly then, and
-- the last one is refused (see goal_is_at_or_below).
create function refuse_goal_circle() returns trigger
	language plpgsql as $$
begin
	if goal_is_at_or_below(new.account_id, new.parent_goal_id, new.id) then
		perform run_again('goals below each other would close a circle');
	end if;
	return null;
end
$$;

create trigger refuse_goal_circle after update on goals
	for each row when (new.parent_goal_id <> coalesce(old.parent_goal_id, 0))
	execute function refuse_goal_circle();

commit;
