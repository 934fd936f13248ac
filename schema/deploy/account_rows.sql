-- Deploy studytracker:account_rows to pg
-- requires: credentials
-- requires: session_links
-- requires: attendances

begin;

-- Every table with an account_id but accounts, in the order in which the rows of an account can be
-- deleted: a table stands before those that it refers to. self_link is a column that refers to the
-- table itself. An export leaves out `omitted`: hashes, and what a token is made of.
create function account_tables() returns table (place integer, name text, self_link text, omitted text[])
	language sql immutable parallel safe
	begin atomic
		select t.place, t.name, t.self_link, t.omitted
		from (values
			(1, 'account_passwords', null, '{hash,renewed_from}'::text[]),
			(2, 'identities', null, '{}'),
			(3, 'tokens', null, '{hash}'),
			(4, 'logins', null, '{session_hash,refresh_id}'),
			(5, 'idempotency_keys', null, '{fingerprint}'),
			(6, 'sessions', null, '{}'), -- before the totals, which its trigger changes
			(7, 'daily_totals', null, '{}'),
			(8, 'attendances', null, '{}'),
			(9, 'action_items', null, '{}'),
			(10, 'energy_checkins', null, '{}'),
			(11, 'learnings', null, '{}'),
			(12, 'feedback', null, '{}'),
			(13, 'meetings', null, '{}'),
			(14, 'tasks', null, '{}'),
			(15, 'milestones', null, '{}'),
			(16, 'goals', 'parent_goal_id', '{}'),
			(17, 'skill_progress', null, '{}'),
			(18, 'skill_projects', null, '{}'),
			(19, 'skills', null, '{}'),
			(20, 'people', null, '{}'),
			(21, 'organizations', null, '{}'),
			(22, 'projects', null, '{}'),
			(23, 'tags', null, '{}'),
			(24, 'topics', 'merged_into', '{}'),
			(25, 'security_events', null, '{}')) as t (place, name, self_link, omitted);
	end;

-- The columns of the primary key of a table, without account_id, as a list in SQL: "t.study_date, t.topic_id".
-- Null if there is no other column.
create function key_columns(name text, alias text) returns text
	language sql stable strict
	begin atomic
		select string_agg(format('%I.%I', $2, a.attname), ', ' order by k.place)
		from pg_index as i
		cross join lateral unnest(i.indkey) with ordinality as k (attnum, place)
		join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
		where i.indrelid = format('public.%I', $1)::regclass and i.indisprimary and a.attname <> 'account_id';
	end;

-- What an export shows of a row: no generated columns, and instants as in responses.
create function export_columns(name text, omitted text[]) returns text
	language sql stable strict
	begin atomic
		select string_agg(format(
				case a.atttypid when 'timestamptz'::regtype then 'instant_text(t.%1$I) as %1$I' else 't.%I' end,
				a.attname), ', ' order by a.attnum)
		from pg_attribute as a
		where a.attrelid = format('public.%I', $1)::regclass and a.attnum > 0 and not a.attisdropped
			and a.attgenerated = '' and a.attname <> all ($2);
	end;

-- The tables in the order of an export, in which a table stands after those that it refers to.
create function export_tables() returns table (place integer, member text, name text, omitted text[])
	language sql immutable parallel safe
	begin atomic
		select 0, 'account', 'accounts', '{}'::text[]
		union all
		select (1 + max(t.place) over () - t.place)::integer, t.name, t.name, t.omitted
		from account_tables() as t
		order by 1;
	end;

-- A cursor of an export: the table, and the key of the last row of it that was returned.
create function export_cursor(member text, key jsonb) returns text
	language sql stable parallel safe -- neither strict nor immutable, so that it is inlined
	return translate(encode(convert_to(jsonb_build_array(member, key)::text, 'UTF8'), 'base64'), E'\n', '');

-- Reads a cursor. The place is null if the text is none.
create function export_position(cursor text, out place integer, out key jsonb)
	language plpgsql stable
as $$
declare
	content jsonb;
	t record;
begin
	content := convert_from(decode(cursor, 'base64'), 'UTF8')::jsonb;
	select * into t
	from export_tables() as x
	where x.member = content ->> 0 and jsonb_typeof(content -> 1) = 'object';
	if found then
		execute format('select to_jsonb(k) from jsonb_populate_record(null::public.%I, $1) as k', t.name)
		into key using content -> 1;
		place := t.place;
	end if;
exception
	when data_exception then
		place := null;
end
$$;

-- Up to row_limit rows of a table after that of the key; null: from the first on.
create function export_table(account_id bigint, member text, name text, omitted text[], key jsonb, row_limit bigint)
	returns table (table_name text, content jsonb, next_cursor text)
	language plpgsql stable
as $$
declare
	keys constant text := key_columns(name, 't');
begin
	if keys is null and key is not null then
		return; -- the account has been returned
	end if;
	return query execute format('
		select %1$L, (select to_jsonb(e) from (select %2$s) as e), export_cursor(%1$L, to_jsonb(k))
		from public.%3$I as t
		cross join lateral (select %4$s) as k
		where t.account_id = $1 %5$s
		order by %4$s
		limit $3',
		member, export_columns(name, omitted), name, coalesce(keys, 't.account_id'),
		-- Without account_id in the comparison. Otherwise the index is read from the first row of the
		-- account on.
		case when key is not null then format('and (%s) > (
			select %s from jsonb_populate_record(null::public.%I, $2) as k)', keys, key_columns(name, 'k'), name) end)
	using account_id, key, row_limit;
end
$$;

-- Up to row_limit rows of all tables of an account after those of earlier pages, and the cursor after each
-- row. A row whose key does not change meanwhile comes once, because each table is read in the order of its
-- primary key. A table without rows has one without content. A row of nulls says that the cursor is not one.
--
-- It runs as the owner, because workers may not read account_passwords.
create function export_account(account_id bigint, cursor text, row_limit bigint)
	returns table (table_name text, content jsonb, next_cursor text)
	language plpgsql stable security definer
	set search_path = pg_catalog, public, pg_temp
as $$
declare
	start_place integer := 0;
	start_key jsonb;
	rows_left bigint := row_limit;
	rows_found bigint;
	t record;
begin
	if cursor is not null then
		select p.place, p.key into start_place, start_key from export_position(cursor) as p;
	end if;
	if start_place is null then
		return next;
	end if;
	for t in select * from export_tables() as x where x.place >= start_place order by x.place loop
		return query
			select * from export_table(account_id, t.member, t.name, t.omitted, start_key, rows_left);
		get diagnostics rows_found = row_count;
		if rows_found = 0 and start_key is null then
			table_name := t.member;
			next_cursor := export_cursor(t.member, '{}');
			return next;
			rows_found := 1;
		end if;
		rows_left := rows_left - rows_found;
		exit when rows_left <= 0;
		start_key := null; -- the next table from its start
	end loop;
end
$$;
revoke execute on function export_account(bigint, text, bigint) from public;

commit;
