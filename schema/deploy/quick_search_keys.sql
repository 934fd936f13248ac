-- Deploy studytracker:quick_search_keys to pg
-- requires: search_keys

begin;

-- As before, but PostgreSQL does not inline it. A generated column inlines its function whenever a
-- statement that writes the table starts, not once a plan: that took half of the time of a small batch of
-- sessions. Without a text it is not called. The names of functions have their schema, because a restore
-- computes the column without a search path.
create or replace function search_key(content text) returns text
	language plpgsql immutable strict parallel safe
as $$
begin
	return case when octet_length(content) = char_length(content) then lower(content collate "C")
		else public.nfc(public.plain_letters(public.fold_case(public.strip_accents(public.nfkd(content))))) end;
end
$$;

commit;
