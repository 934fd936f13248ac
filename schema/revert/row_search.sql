-- Revert studytracker:row_search from pg

begin;

drop function search_rows(text, bigint, text);

commit;
