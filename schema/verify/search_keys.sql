-- Verify studytracker:search_keys on pg

begin;

select 1 / (search_key('CAFE') = search_key('Café'))::int,
	1 / (text_key('ı') <> text_key('i'))::int,
	1 / (like_pattern('a%') = '%a\%%')::int,
	1 / (not exists (select from topics where name_key <> text_key(name)))::int;

rollback;
