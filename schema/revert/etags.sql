-- Revert studytracker:etags from pg

begin;

drop function next_update(timestamptz);
drop function is_match(text, timestamptz);

commit;
