-- Revert studytracker:session_search from pg
--
-- The extensions go, too, unless somebody else made them. It fails where somebody else uses them.

begin;

drop function search_sessions(bigint, text);
drop function has_trigram(text);
drop index sessions_search;
drop function search_sample(uuid);
alter table topics drop column search_key;
alter table sessions drop column search_key;
do $$
declare
	extension name;
begin
	for extension in
		select extname
		from pg_extension
		where extname in ('btree_gin', 'pg_trgm') and pg_has_role(extowner, 'usage')
	loop
		execute format('drop extension %I', extension);
	end loop;
end
$$;

commit;
