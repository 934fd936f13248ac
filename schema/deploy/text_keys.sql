-- Deploy studytracker:text_keys to pg

begin;

do $$
begin
	if getdatabaseencoding() <> 'UTF8' then
		raise exception 'the database''s encoding is %, but StudyTracker needs UTF8',
			getdatabaseencoding()
			using hint = 'create database studytracker template template0 encoding ''UTF8''';
	end if;
end
$$;

-- What two texts that differ only in case, or in how accents are composed, have in common:
-- "Straße" and "STRASSE", "ΟΔΟΣ" and "οδος". By way of upper case, because it is what ß, final
-- sigma and ligatures fold by; from lower case, because ẞ is upper case already. Keys are stored
-- with collation "C": a new version of ICU can order letters otherwise, but does not break an
-- index of keys.
create function text_key(content text) returns text
	language sql immutable strict parallel safe
	return normalize(lower(upper(lower(normalize(content, nfc) collate "und-x-icu"))), nfc);

commit;
