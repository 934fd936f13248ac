-- Deploy studytracker:project_import to pg
-- requires: unique_rows

begin;

-- Finds a project by its remote_url; an empty one is none. An index cannot hold 1,000 characters.
create index projects_live_url on projects (account_id, path_key(remote_url))
	where deleted_at is null and remote_url <> '';

create function project_of_url_now(account_id bigint, url_key text) returns setof projects
	language sql volatile strict rows 1
	begin atomic
		select p.*
		from projects as p
		where p.account_id = $1 and path_key(p.remote_url) >= $2 and path_key(p.remote_url) <= $2
			and p.deleted_at is null and p.remote_url <> ''
		order by path_key(p.remote_url)
		limit 1;
	end;

-- What is wrong with a text of an item, as the clients of system C know it; null: nothing.
create function item_text_error(label text, value jsonb, most integer) returns text
	language sql immutable parallel safe
	return case
		when jsonb_typeof(value) = 'null' then null
		when jsonb_typeof(value) <> 'string' then label || ' must be text'
		when char_length(value #>> '{}') > most
			then format('%s must have at most %s characters', label, most)
	end;

-- The same of a choice, which may be empty.
create function item_choice_error(name text, value jsonb, choices text[]) returns text
	language sql immutable parallel safe
	return case
		when jsonb_typeof(value) not in ('null', 'string')
			or (value #>> '{}') <> all (choices || ''::text)
			then format('Invalid %s. Must be one of: %s', name, array_to_string(choices, ', '))
	end;

-- Why an item of an import cannot become a project; null: it can.
create function project_item_error(item jsonb) returns text
	language sql immutable parallel safe
	return case
		when jsonb_typeof(item) <> 'object' then 'Project must be an object'
		when coalesce(nullif(item -> 'name', 'null'), '""') = '""' then 'Name is required'
		else coalesce(
			item_text_error('Name', item -> 'name', 1000),
			item_text_error('Path', item -> 'path', 1000),
			item_text_error('Organization', item -> 'organization', 1000),
			item_choice_error('classification', item -> 'classification',
				'{primary,secondary,archive,maintenance}'),
			item_choice_error('project_type', item -> 'project_type', '{Work,Personal,Learning,Inactive}'),
			item_choice_error('status', item -> 'status', '{active,paused,completed,cancelled}'),
			item_text_error('Description', item -> 'description', 10000),
			item_text_error('Remote_url', item -> 'remote_url', 1000))
	end;

-- Why an item with the path of another project cannot become one.
create function project_path_error() returns text
	language sql immutable parallel safe
	return 'Project with this path already exists';

-- Judges the items of an import, one after the other: an item without an error that is not imported has
-- the remote_url of another project. Imports of one account wait for each other, so that none of them
-- misses a remote_url of another one.
create function judge_projects(account_id bigint, items jsonb)
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
