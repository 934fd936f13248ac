-- Shared by the tests of this folder: pgTAP and a few short names. Loaded once, before the tests.
create schema tap;
create extension pgtap schema tap;
create schema test;

-- The id of session n. Ids sort like their numbers.
create function test.id(n bigint) returns uuid
	language sql immutable
	return ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid;

-- The ids of several sessions, as a param of a statement.
create function test.ids(variadic n bigint[]) returns uuid[]
	language sql immutable
	return (select array_agg(test.id(x) order by i) from unnest(n) with ordinality as u (x, i));

-- The same value for each request of a batch.
create function test.same(anyelement, count int) returns anyarray
	language sql immutable
	as 'select array_fill($1, array[$2])';

-- The ETag of a version, without quotes.
create function test.etag(timestamptz) returns text
	language sql immutable
	return to_char($1 at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

create function test.refuses(what text, sqlstate char(5), command text) returns text
	language sql
	return tap.throws_ok(command, sqlstate, null, what);

create function test.totals_are_right(what text) returns text
	language sql
	return tap.is_empty('select topic_id, kept_sessions from daily_totals_differences()
		union all select topic_id, kept_sessions from topic_totals_differences()
		union all select account_id, null from linked_sessions_differences()', what || ': no difference to a recount');

-- Two accounts besides the first one.
insert into accounts (account_id, name) values (2, 'second'), (3, 'empty');

-- A rolled back test has still taken ids from the sequences. The tests insert rows with ids below a
-- million.
do $$
declare
	key record;
begin
	for key in
		select a.attrelid::regclass as relation, a.attname as name
		from pg_attribute as a
		join pg_class as c on c.oid = a.attrelid
		where a.attidentity <> '' and c.relnamespace = 'public'::regnamespace
	loop
		execute format('alter table %s alter column %I restart with 1000000', key.relation, key.name);
	end loop;
end
$$;

do $$
begin
	execute format('alter database %I set search_path = public, test, tap', current_database());
	execute format('alter database %I set TimeZone = ''UTC''', current_database());
	execute format('alter database %I set plan_cache_mode = force_generic_plan', current_database());
	execute format('alter database %I set jit = off', current_database()); -- as in schema/connection.sql
	execute format('alter database %I set enable_seqscan = off', current_database());
end
$$;

-- The params of a prepared statement in their order, without quotes.
create function test.params_of(statement text) returns text[]
	language sql immutable
	return regexp_split_to_array(replace((regexp_match(statement,
		'with ordinality\s+as r \(\s*([^)]*),\s+ord\)'))[1], '"', ''), ',\s+');

-- An execution of a prepared statement. Each request names its params, as a caller does; "has_NAME"
-- is true if it names NAME. Unless it says otherwise, the account is 1, the limit 50 and the sort
-- created_at.
create function test.call_of(method text, variadic requests jsonb[]) returns text
	language sql as $$
	select format('execute %I(%s)', method, string_agg(format('%L', (
			select array_agg(case
					when p.name ~ '^has_' then (q.params ? substr(p.name, 5))::text
					else q.params ->> p.name
				end order by q.place)
			from (
				select '{"account_id": 1, "limit": 50, "sort": "created_at"}' || u.request as params, u.place
				from unnest(requests) with ordinality as u (request, place)
			) as q)), ', ' order by p.number))
	from pg_prepared_statements as s
	cross join lateral unnest(test.params_of(s.statement)) with ordinality as p (name, number)
	where s.name = method
	$$;

-- Executes it and returns its rows.
create function test.answers(method text, variadic requests jsonb[])
	returns table (ord bigint, outcome text, answer jsonb)
	language plpgsql as $$
declare
	r record;
begin
	for r in execute call_of(method, variadic requests) loop
		ord := r.ord;
		outcome := r.outcome;
		answer := to_jsonb(r) - '{ord,outcome}'::text[];
		return next;
	end loop;
end
$$;

-- The ids of a list that a client reads page by page, and how many pages it reads.
create function test.read_list(method text, request jsonb, out ids bigint[], out pages int)
	language plpgsql as $$
declare
	next text;
	row_limit constant int := coalesce((request ->> 'limit')::int, 50);
begin
	ids := '{}';
	pages := 0;
	loop
		select ids || coalesce(array_agg((a.answer ->> 'id')::bigint order by a.place)
				filter (where a.place <= row_limit and a.answer ->> 'id' is not null), '{}'),
			coalesce(max(a.answer ->> 'next_cursor') filter (where a.place <= row_limit and a.answer ->> 'id' is null),
				case when count(*) > row_limit then max(a.answer ->> 'next_cursor') filter (where a.place = row_limit) end)
		into ids, next
		from (
			select a.*, row_number() over () as place
			from test.answers(method, request) as a
		) as a;
		pages := pages + 1;
		exit when next is null or pages > 10000;
		request := request || jsonb_build_object(
			'cursor_key', split_part(next, '~', 1), 'cursor_id', nullif(split_part(next, '~', 2), ''));
	end loop;
end
$$;

-- Lists of sessions that a client reads page by page. A test fills it and calls test.read_lists.
create table test.lists (
	n bigint generated always as identity primary key,
	account bigint not null default 1, page bigint not null, sort text, topic bigint, tag text,
	first_day date, end_day date, q text, cursor_key bigint, cursor_id uuid,
	ids uuid[] not null default '{}', pages int not null default 0, largest bigint not null default 0,
	is_done boolean not null default false
);

-- Reads all pages of all lists. Each execution reads the next page of up to 100 lists: a batch.
create function test.read_lists() returns void
	language plpgsql as $$
declare
	call text;
	numbers bigint[];
	limits bigint[];
begin
	loop
		select array_agg(l.n order by l.n), array_agg(l.page order by l.n), format('create temp table page_row as execute "sessions.list"(%L, %L, %L, %L, %L, %L, %L, %L, %L, %L, ''{}'', ''{}'', ''{}'', ''{}'')',
				array_agg(l.account order by l.n), array_agg(l.page order by l.n), array_agg(l.cursor_key order by l.n),
				array_agg(l.cursor_id order by l.n), array_agg(l.sort order by l.n), array_agg(l.topic order by l.n),
				array_agg(l.tag order by l.n), array_agg(l.first_day order by l.n), array_agg(l.end_day order by l.n),
				array_agg(l.q order by l.n))
		into numbers, limits, call
		from (select * from test.lists where not is_done order by n limit 100) as l;
		exit when numbers is null;
		execute call;
		with numbered as materialized (
			select r.*, row_number() over (partition by r.ord order by r.ctid) as place from page_row as r
		),
		read as materialized (
			select r.ord, count(*) as count,
				coalesce(array_agg(r.id order by r.place) filter (where r.id is not null and r.place <= limits[r.ord]), '{}') as ids,
				-- of the marker, or else of the last row of the page if another row
				-- follows
				coalesce(max(r.next_cursor) filter (where r.id is null), case when count(*) > limits[r.ord]
					then max(r.next_cursor) filter (where r.place = limits[r.ord]) end) as next_cursor
			from numbered as r
			group by r.ord
		),
		page as materialized (
			select u.n, coalesce(r.count, 0) as count, coalesce(r.ids, '{}') as ids, r.next_cursor
			from unnest(numbers) with ordinality as u (n, ord)
			left join read as r on r.ord = u.ord
		)
		update test.lists as l
		set pages = l.pages + 1, largest = greatest(l.largest, p.count - 1, cardinality(p.ids)), ids = l.ids || p.ids,
			is_done = p.next_cursor is null, cursor_key = split_part(p.next_cursor, '~', 1)::bigint,
			cursor_id = split_part(p.next_cursor, '~', 2)::uuid
		from page as p
		where p.n = l.n;
		drop table page_row;
	end loop;
end
$$;

-- Runs a call again after a unique violation, as a worker does: another transaction took the name
-- first.
create function test.run(call text) returns void
	language plpgsql as $$
begin
	for i in 1 .. 5 loop
		begin
			execute call;
			return;
		exception
			when unique_violation then
				raise debug '%', sqlerrm;
		end;
	end loop;
	raise 'five unique violations: %', call;
end
$$;

-- For concurrent callers: batches of eight in random order, on ids, topics and days that other
-- callers use, too.
create function test.some_ids() returns uuid[]
	language sql volatile
	return (select array_agg(test.id((9000 + n * 5000 + floor(random() * 5000))::bigint) order by random())
		from generate_series(1, 8) as n);

create function test.some_numbers(count int) returns bigint[]
	language sql volatile
	return (select array_agg((1 + floor(random() * count + 0 * n))::bigint) from generate_series(1, 8) as n);

-- Distinct topics, as in a batch.
create function test.some_topics() returns bigint[]
	language sql volatile
	return (select array_agg(id) from (select t.id from public.topics as t where t.account_id = 1 order by random() limit 8) as t);

create function test.some_tags() returns text[]
	language sql volatile
	return (select array_agg(case when random() < 0.5 then 'load ' else 'LOAD ' end || floor(random() * 10 + 0 * n))
		from generate_series(1, 8) as n);

create function test.some_days() returns date[]
	language sql volatile
	return (select array_agg(date '2026-12-29' + floor(random() * 5 + 0 * n)::int) from generate_series(1, 8) as n);
