-- Revert studytracker:projects from pg

begin;

drop function project_now(bigint, bigint);
drop table projects;
drop function path_key(text);

commit;
