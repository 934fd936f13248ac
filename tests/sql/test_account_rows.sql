-- account_tables, and the exports of all rows of an account.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();
\ir every_table.sql
select pg_temp.fill(201), pg_temp.fill(202);

-- account_tables against the catalogue.
create temp table catalogue as
select a.attrelid as relation, c.relname::text as name
from pg_attribute as a
join pg_class as c on c.oid = a.attrelid
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'account_id' and not a.attisdropped;
select set_eq('select name from account_tables()', $$select name from catalogue where name <> 'accounts'$$,
	'account_tables: every table with an account_id');
select is_empty($$
	select r.name, s.name
	from pg_constraint as f
	join catalogue as c on c.relation = f.conrelid
	join account_tables() as r on r.name = c.name
	join catalogue as d on d.relation = f.confrelid
	join account_tables() as s on s.name = d.name
	where f.contype = 'f' and f.conrelid <> f.confrelid and r.place >= s.place$$, 'account_tables: each table before those that it refers to');
select is_empty($$
	select r.name
	from account_tables() as r
	join account_tables() as t on t.name = 'topics' and t.place > r.place
	where r.name like '%\_totals'$$,
	'account_tables: totals after topics, because a late session without its total could never be deleted');
select set_eq($$
	select c.name, a.attname::text
	from pg_constraint as f
	join catalogue as c on c.relation = f.conrelid
	join pg_attribute as a on a.attrelid = f.conrelid and a.attnum = any (f.conkey) and a.attname <> 'account_id'
	where f.contype = 'f' and f.conrelid = f.confrelid$$,
	'select name, self_link from account_tables() where self_link is not null', 'account_tables: each link within a table');
select set_eq($$
	select c.name
	from catalogue as c
	join pg_index as i on i.indrelid = c.relation and i.indisprimary
	join pg_attribute as a on a.attrelid = c.relation and a.attname = 'account_id' and a.attnum = i.indkey[0]$$,
	'select name from catalogue', 'every primary key begins with the account');
select is_empty($$
	select c.name, a.attname
	from catalogue as c
	join pg_attribute as a on a.attrelid = c.relation and a.attnum > 0 and not a.attisdropped
	left join account_tables() as t on t.name = c.name
	where (a.atttypid = 'bytea'::regtype or a.attname ~ 'hash|secret|password') and a.attname <> all (coalesce(t.omitted, '{}'))$$,
	'account_tables: no export shows a hash');
select is_empty($$
	select t.name, o.name
	from account_tables() as t
	cross join unnest(t.omitted) as o (name)
	where not exists (select from pg_attribute as a where a.attrelid = t.name::regclass and a.attname = o.name)$$,
	'account_tables: what is omitted exists');
select results_eq('select name from pg_temp.rows_of(201)', 'select name from account_tables() order by 1', 'the test has rows in every table');

-- An export that a client reads page by page.
create function pg_temp.read_export(request jsonb, method text default 'account.export')
	returns table (page int, "table" text, content jsonb)
	language plpgsql volatile as $$
declare
	a record;
	position text;
	row_limit constant int := (request ->> 'limit')::int;
	count int;
begin
	page := 0;
	loop
		page := page + 1;
		count := 0;
		for a in select x.outcome, x.answer from answers(method, request) as x loop
			if a.outcome is not null then
				raise '%', a.outcome;
			end if;
			count := count + 1;
			if count <= row_limit then
				"table" := a.answer ->> 'table';
				content := nullif(a.answer -> 'row', 'null');
				position := a.answer ->> 'next_cursor';
				return next;
			end if;
		end loop;
		exit when count <= row_limit or page > 1000;
		request := request || jsonb_build_object('cursor', position);
	end loop;
end
$$;
create temp table export as select * from pg_temp.read_export('{"account_id": 201, "limit": 500}');
select results_eq('select "table", count(*) from export group by 1 order by 1',
	$$select name, rows from pg_temp.rows_of(201) where name !~ '_totals$' and name <> 'linked_sessions' union all values ('account', 1::bigint) order by 1$$, 'export: every row of every table, but not what triggers keep');
select is_empty($$select from export where content ->> 'account_id' <> '201'$$, 'export: of this account only');
select set_eq($$select content ->> 'id' from export where "table" = 'sessions'$$, 'select id::text from sessions where account_id = 201', 'export: also deleted rows');
select results_eq($$select content from export where "table" = 'account'$$, $$
	select jsonb_build_object('account_id', 201, 'name', 'Account 201', 'username', 'user201', 'email', '201@example.org', 'role', 'learner',
		'status', 'active', 'time_zone', null, 'week_start', 1, 'day_starts_at', '00:00:00', 'closed_at', null,
		'created_at', instant_text(created_at), 'updated_at', instant_text(updated_at))
	from accounts where account_id = 201$$, 'export: the account, with instants as in responses');
select is_empty($$select e."table", k.key from export as e cross join jsonb_object_keys(e.content) as k (key)
	where k.key ~ 'hash|fingerprint|renewed_from|refresh_id|search_key|name_key|email_key'$$, 'export: no hashes and no generated columns');
select is_empty($$select content from export where content::text ~ 'hash 201|\\\\x'$$, 'export: no hash under another name');
select is((select array_agg("table" order by number) from (select "table", min(number) as number from (
		select *, row_number() over () as number from export) as e group by 1) as e),
	(select array_agg(member order by place) from export_tables()), 'export: table by table, parents first');

-- Pages of any size say the same.
create function pg_temp.same(what text, request jsonb, method text default 'account.export') returns text
	language sql volatile as $$
	select results_eq(format('select "table", content from pg_temp.read_export(%L, %L)', request, method),
		'select "table", content from export', 'export: ' || what)
	$$;
select pg_temp.same(format('pages of %s rows', n), jsonb_build_object('account_id', 201, 'limit', n)) from unnest('{1,2,7,60}'::int[]) as n;
select pg_temp.same('of an admin', '{"account_id": 201, "actor_id": 202, "limit": 3}', 'accounts.export');
select cmp_ok((select max(page) from pg_temp.read_export('{"account_id": 201, "limit": 10}')), '<=', 8, 'export: full pages');

-- An account without rows: each table has one row without content.
select results_eq('select "table", content from pg_temp.read_export(''{"account_id": 3, "limit": 2}'') offset 1',
	'select member, null::jsonb from export_tables() where place > 0 order by place', 'export: tables without rows');

-- Rows that change between the pages.
create temp table seen as select answer from answers('account.export', '{"account_id": 201, "limit": 28}');
select answer ->> 'next_cursor' as cursor, answer ->> 'table' as name from seen offset 27 limit 1 \gset
insert into topics (account_id, id, name) overriding system value values (201, 1, 'before'), (201, 20199, 'after');
delete from energy_checkins where account_id = 201 and id = (select min(id) from energy_checkins where account_id = 201);
update people set name = 'Changed' where account_id = 201;
create temp table rest as select answer from answers('account.export', jsonb_build_object('account_id', 201, 'limit', 500, 'cursor', :'cursor'));
select is_empty($$select answer - 'next_cursor' from (select answer from seen limit 28) as s intersect select answer - 'next_cursor' from rest$$,
	'export: no row comes twice');
select is((select count(*) from (select from seen limit 28) as s) + (select count(*) from rest), (select count(*) - 1 from export),
	'export: no other row is missing');

-- Cursors that are none, and requests of one batch.
select is(outcome, 'INVALID_INPUT cursor: cursor must be a next_cursor of this method', 'export: not a cursor: ' || cursor)
from unnest(array['x', '====', 'AAAA', encode('5', 'base64'), encode('["topics"]', 'base64'), encode('["topics", [1]]', 'base64'),
	encode('["pg_class", {}]', 'base64'), encode('["topics", {"id": "one"}]', 'base64'), encode('["topics", {"id": 1}', 'base64'), '/w==',
	encode('["account_tables()", {"id": 1}]', 'base64'), encode('{"a": 1}', 'base64')]) as cursor
cross join lateral answers('account.export', jsonb_build_object('account_id', 201, 'limit', 5, 'cursor', cursor));
select is_empty(format('select * from answers(''account.export'', %L) where answer #>> ''{row,account_id}'' <> ''202''',
	jsonb_build_object('account_id', 202, 'limit', 500, 'cursor', encode('["topics", {"account_id": 201, "id": 0}]', 'base64'))),
	'export: a cursor leads to no other account');
select results_eq($$select ord, outcome, min(answer #>> '{row,account_id}'), count(*) from answers('accounts.export', '{"account_id": 201, "limit": 5}',
		'{"account_id": 999, "limit": 5}', '{"account_id": 202, "limit": 2}') group by 1, 2 order by 1$$,
	$$values (1::bigint, null, '201', 6::bigint), (2, 'ACCOUNT_NOT_FOUND', null, 1), (3, null, '202', 3)$$, 'accounts.export: a batch');

-- As the worker's role.
grant usage on schema test, tap to studytracker_worker;
set session authorization studytracker_worker;
select refuses('the worker may not read passwords by the parts of an export', '42501',
	$$select * from export_table(201, 'x', 'account_passwords', '{}', null, 5)$$);
select count(*) as rows from export_account(201, null, 5) \gset
reset session authorization;
select is(:rows, 5, 'the worker may export');
select * from finish();
rollback;
