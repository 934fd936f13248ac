-- Revert studytracker:skills from pg

begin;

drop function skill_now(bigint, bigint);
drop table skill_projects;
drop table skill_progress;
drop table skills;
drop function is_team_list(jsonb);

commit;
