-- Revert studytracker:skill_uses from pg

begin;

drop function skill_project_count(bigint, bigint);

commit;
