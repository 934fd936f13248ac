-- Revert studytracker:name_forms from pg

begin;

alter table topics drop constraint topics_name_folded;
drop function fold_name(text);

commit;
