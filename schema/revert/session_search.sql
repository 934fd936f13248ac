-- Revert studytracker:session_search from pg
--
-- The extensions go, too; this fails where somebody else uses them.

begin;

drop function search_sessions(bigint, text);
drop function has_trigram(text);
drop index sessions_search;
drop function search_sample(uuid);
alter table topics drop column search_key;
alter table sessions drop column search_key;
drop extension btree_gin;
drop extension pg_trgm;

commit;
