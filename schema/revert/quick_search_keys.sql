-- Revert studytracker:quick_search_keys from pg

begin;

create or replace function search_key(content text) returns text
	language sql immutable parallel safe
	return case when octet_length(content) = char_length(content) then lower(content collate "C")
		else nfc(plain_letters(fold_case(strip_accents(nfkd(content))))) end;

commit;
