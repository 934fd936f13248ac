-- Revert studytracker:tag_lists from pg

begin;

drop function tag_count(bigint, bigint, text);
drop function tag_names_now(bigint, bigint[]);
drop function tag_names(bigint, bigint[]);

commit;
