-- Revert studytracker:skill_history from pg

begin;

drop trigger record_level on skills;
drop trigger record_first_level on skills;
drop function record_skill_level();

commit;
