-- Deploy studytracker:row_search to pg
-- requires: tasks

begin;

-- As search_sessions, of a table with a search_key and the index TABLE_search: the ids of the account's
-- rows that match the pattern, deleted ones too. Null: the index offers too many to compare.
create function search_rows(table_name text, account_id bigint, pattern text) returns bigint[]
	language plpgsql stable strict
	set enable_seqscan = off
as $$
declare
	sample_max constant bigint := 3; -- about 750 of all
	index_name constant regclass := table_name || '_search';
	before constant bigint := pg_stat_get_xact_tuples_returned(index_name);
	condition constant text := format('from %I where account_id + 0 = $1 and search_key like $2', table_name);
	ids bigint[];
begin
	execute format('select 1 %s and search_sample(id) = 0::bigint limit 1', condition)
	using account_id, pattern;
	if pg_stat_get_xact_tuples_returned(index_name) - before > sample_max then
		return null;
	end if;
	execute format('select array(select id %s)', condition) into ids using account_id, pattern;
	return ids;
end
$$;

commit;
