-- Deploy studytracker:skill_history to pg
-- requires: skills

begin;

-- The confidence_level of a skill is kept at its creation and at each change.
create function record_skill_level() returns trigger
	language plpgsql as $$
begin
	insert into skill_progress (account_id, skill_id, confidence_level)
	values (new.account_id, new.id, new.confidence_level);
	return null;
end
$$;

create trigger record_first_level after insert on skills
	for each row execute function record_skill_level();
create trigger record_level after update on skills
	for each row when (old.confidence_level <> new.confidence_level)
	execute function record_skill_level();

commit;
