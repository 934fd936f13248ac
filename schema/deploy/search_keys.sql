-- Deploy studytracker:search_keys to pg
-- requires: text_keys
-- requires: topics

begin;

-- These functions are not strict: PostgreSQL does not inline a strict function whose body is a
-- CASE. Null gives null all the same. normalize() costs ten times what lower() costs, so text that
-- is normalized already skips it, and ASCII skips ICU, too: 10 kB of ASCII take 50 µs, not 4 ms.

create function nfc(content text) returns text
	language sql immutable parallel safe
	return case when content is nfc normalized then content else normalize(content, nfc) end;

create function nfkd(content text) returns text
	language sql immutable parallel safe
	return case when content is nfkd normalized then content else normalize(content, nfkd) end;

-- Folds case by way of upper case, because ß, final sigma and ligatures fold by it. ẞ has no upper
-- case, so it becomes ß first. The upper case of ı is I, which is that of i, too: U+FDD0, which is
-- no character, stands for ı meanwhile. lower() makes a sigma at the end of a word final: only σ is
-- left, so that "οδοσ" is part of "οδοσήμανση".
create function fold_case(content text) returns text
	language sql immutable parallel safe
	return replace(replace(lower(upper(
			replace(replace(content, 'ẞ', 'ß'), 'ı', U&'\FDD0') collate "und-x-icu")),
		U&'\FDD0', 'ı'), 'ς', 'σ');

-- As before (see text_keys), but ı and i are different letters.
create or replace function text_key(content text) returns text
	language sql immutable parallel safe
	return case when octet_length(content) = char_length(content) then lower(content collate "C")
		else nfc(fold_case(nfc(content))) end;

-- Removes the accents of Latin, Greek and Cyrillic letters. The marks of other scripts are letters
-- of their own, as the vowel signs of Devanagari are, and stay.
create function strip_accents(decomposed text) returns text
	language sql immutable parallel safe
	return regexp_replace(decomposed, U&'[\0300-\036F]+', '', 'g');

-- Letters that have no decomposition but that the Unicode collation takes for a letter and a mark.
create function plain_letters(folded text) returns text
	language sql immutable parallel safe
	return replace(replace(replace(replace(replace(replace(replace(folded,
		'æ', 'ae'), 'œ', 'oe'), 'ø', 'o'), 'đ', 'd'), 'ð', 'd'), 'ħ', 'h'), 'ł', 'l');

-- What a search compares: without case, accents and compatibility forms. "Café", "CAFE" and "ｃａｆｅ"
-- have the same key. The end composes again what is left, such as Hangul syllables.
create function search_key(content text) returns text
	language sql immutable parallel safe
	return case when octet_length(content) = char_length(content) then lower(content collate "C")
		else nfc(plain_letters(fold_case(strip_accents(nfkd(content))))) end;

-- The pattern by which LIKE finds the text as it is.
create function like_pattern(content text) returns text
	language sql immutable parallel safe
	return '%' || replace(replace(replace(content, '\', '\\'), '%', '\%'), '_', '\_') || '%';

-- Keys that are stored: those that are another now.
update topics set name = name where name_key <> text_key(name);

commit;
