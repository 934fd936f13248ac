-- Revert studytracker:action_sources from pg

begin;

drop function source_exists_held(bigint, text, bigint);
drop function actions_of(bigint, text, bigint);

commit;
