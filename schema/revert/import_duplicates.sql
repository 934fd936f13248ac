-- Revert studytracker:import_duplicates from pg

begin;

create or replace function item_choice_error(name text, value jsonb, choices text[]) returns text
	language sql immutable parallel safe
	return case
		when jsonb_typeof(value) not in ('null', 'string')
			or (value #>> '{}') <> all (choices || ''::text)
			then format('Invalid %s. Must be one of: %s', name, array_to_string(choices, ', '))
	end;

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
			nullif(i.item ->> 'remote_url', '') is not null as has_url,
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
		if error is null and not (row.has_url and (row.is_url_taken or taken_urls[row.url])) then
			if row.has_path and (row.is_path_taken or taken_paths[row.path]) then
				error := project_path_error();
			else
				is_imported := true;
				taken_urls[row.url] := row.has_url;
				taken_paths[row.path] := row.has_path;
			end if;
		end if;
		return next;
	end loop;
end
$$;

commit;
