-- Deploy studytracker:import_duplicates to pg
-- requires: project_import

begin;

-- As before, but the text has the value, as that of the service that clients of system C know. A value can be
-- a whole list, so only its start is shown.
create or replace function item_choice_error(name text, value jsonb, choices text[]) returns text
	language sql immutable parallel safe
	return case
		when jsonb_typeof(value) not in ('null', 'string')
			or (value #>> '{}') <> all (choices || ''::text)
			then format('Invalid %s ''%s''. Must be one of: %s', name, left(value #>> '{}', 100),
				array_to_string(choices, ', '))
	end;

-- Judges the items of an import, one after the other: an item without an error that is not imported has
-- the remote_url of another project. Such an item has no error, whatever else is wrong with it: clients of
-- system C send again what they have. Imports of one account wait for each other, so that none of them
-- misses a remote_url of another one.
create or replace function judge_projects(account_id bigint, items jsonb)
	returns table (place bigint, item jsonb, error text, is_imported boolean)
	language plpgsql volatile
as $$
declare
	row record;
	taken_urls boolean[] := array_fill(false, array[greatest(jsonb_array_length(items), 1)]);
	taken_paths boolean[] := taken_urls;
begin
	perform from accounts as a where a.account_id = judge_projects.account_id for no key update;
	for row in
		select i.place, i.item, project_item_error(i.item) as error,
			jsonb_typeof(i.item -> 'remote_url') = 'string' and i.item ->> 'remote_url' <> '' as has_url,
			nullif(i.item ->> 'path', '') is not null as has_path,
			dense_rank() over (order by i.item ->> 'remote_url') as url,
			dense_rank() over (order by i.item ->> 'path') as path,
			u.id is not null as is_url_taken, p.id is not null as is_path_taken
		from jsonb_array_elements(items) with ordinality as i (item, place)
		left join lateral project_of_url_now(
			judge_projects.account_id, path_key(nullif(i.item ->> 'remote_url', ''))) as u on true
		left join lateral project_of_key_now(
			judge_projects.account_id, path_key(nullif(i.item ->> 'path', ''))) as p on true
		order by i.place
	loop
		place := row.place;
		item := row.item;
		error := row.error;
		is_imported := false;
		if row.has_url and (row.is_url_taken or taken_urls[row.url]) then
			error := null;
		elsif error is null then
			if row.has_path and (row.is_path_taken or taken_paths[row.path]) then
				error := project_path_error();
			else
				is_imported := true;
				taken_urls[row.url] := coalesce(row.has_url, false);
				taken_paths[row.path] := row.has_path;
			end if;
		end if;
		return next;
	end loop;
end
$$;

commit;
