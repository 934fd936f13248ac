-- Deploy studytracker:skill_uses to pg
-- requires: skills

begin;

-- In how many projects a skill is used: at most 10,000 are counted.
create function skill_project_count(account_id bigint, skill_id bigint) returns integer
	language sql stable strict
	begin atomic
		select count(*)::integer
		from (
			select
			from skill_projects as s
			where s.account_id = $1 and s.skill_id = $2 and s.deleted_at is null
			limit 10000
		) as s;
	end;

commit;
