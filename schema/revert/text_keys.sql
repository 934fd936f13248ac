-- Revert studytracker:text_keys from pg

begin;

drop function text_key(text);

commit;
