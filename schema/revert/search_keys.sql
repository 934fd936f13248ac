-- Revert studytracker:search_keys from pg
--
-- Fails by topics_live_name where an account has two live topics whose names differ in ı and i only.

begin;

create or replace function text_key(content text) returns text
	language sql immutable strict parallel safe
	return normalize(lower(upper(lower(normalize(content, nfc) collate "und-x-icu"))), nfc);

update topics set name = name where name_key <> text_key(name);

drop function like_pattern(text);
drop function search_key(text);
drop function plain_letters(text);
drop function strip_accents(text);
drop function fold_case(text);
drop function nfkd(text);
drop function nfc(text);

commit;
