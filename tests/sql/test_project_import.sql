-- projects.import: each item is judged on its own.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

alter table projects alter column id restart with 1000000;
insert into projects (account_id, id, name, path, remote_url, deleted_at) overriding system value values
	(1, 11, 'Here', '/here', 'https://e.org/here', null), (1, 12, 'Gone', '/gone', 'https://e.org/gone', now()),
	(1, 13, 'Plain', null, '', null), (2, 21, 'Theirs', '/theirs', 'https://e.org/theirs', null);

create function pg_temp.project(name text, path text default null, url text default null) returns text
	language sql as $$ select json_build_object('name', name, 'path', path, 'remote_url', url)::text $$;

-- One item of each kind, in one request each.
create temp table items (n bigint generated always as identity, item jsonb, error text, name text default 'Unknown');
insert into items (item, error) values
	('null', 'Project must be an object'), ('7', 'Project must be an object'), ('"a"', 'Project must be an object'),
	('[{"name": "a"}]', 'Project must be an object'), ('{}', 'Name is required'), ('{"name": null}', 'Name is required'),
	('{"name": ""}', 'Name is required');
insert into items (item, error, name) values
	('{"name": 7}', 'Name must be text', '7'),
	('{"name": ["a"]}', 'Name must be text', '["a"]'),
	(jsonb_build_object('name', repeat('n', 1001)), 'Name must have at most 1000 characters', repeat('n', 1000)),
	('{"name": "a", "path": 7}', 'Path must be text', 'a'),
	(jsonb_build_object('name', 'a', 'path', repeat('p', 1001)), 'Path must have at most 1000 characters', 'a'),
	('{"name": "a", "organization": {}}', 'Organization must be text', 'a'),
	('{"name": "a", "description": true}', 'Description must be text', 'a'),
	('{"name": "a", "remote_url": []}', 'Remote_url must be text', 'a'),
	('{"name": "a", "classification": "Primary"}',
		'Invalid classification ''Primary''. Must be one of: primary, secondary, archive, maintenance', 'a'),
	('{"name": "a", "classification": 1}',
		'Invalid classification ''1''. Must be one of: primary, secondary, archive, maintenance', 'a'),
	('{"name": "a", "project_type": "work"}',
		'Invalid project_type ''work''. Must be one of: Work, Personal, Learning, Inactive', 'a'),
	('{"name": "a", "status": "done"}', 'Invalid status ''done''. Must be one of: active, paused, completed, cancelled', 'a'),
	(jsonb_build_object('name', 'a', 'status', repeat('x', 200)),
		'Invalid status ''' || repeat('x', 100) || '''. Must be one of: active, paused, completed, cancelled', 'a'),
	('{"name": "a", "path": "/here"}', 'Project with this path already exists', 'a');
select array_agg(1::int8 order by n) as accounts, array_agg(jsonb_build_array(item) order by n) as lists,
	array_agg(null::text) as keys from items \gset all_
create temp table answer as execute "projects.import"(:'all_accounts', :'all_lists', :'all_keys');
select results_eq('select ord, outcome, imported, skipped, errors, replayed from answer', $$
	select n, null::text, 0::int8, 1::int8, jsonb_build_array(jsonb_build_object('project', name, 'error', error)), false
	from items order by n$$, 'what makes an item no project');
drop table answer;
select is((select count(*) from projects where account_id = 1), 3::bigint, 'no such item makes a project');

-- A whole list
create temp table answer as execute "projects.import"('{1}', array[('[' || array_to_string(array[
	'{"name": " A\t", "path": "/a", "organization": "O", "classification": "primary", "project_type": "Work",
		"status": "paused", "description": "d", "remote_url": "https://e.org/a", "local_path": 7, "id": 5}',
	pg_temp.project('B', '', ''), pg_temp.project('C', '', ''), '{"name": "D", "status": "", "classification": "", "project_type": null}',
	pg_temp.project('E', '/e', 'https://e.org/here'), pg_temp.project('F', '/a', 'https://e.org/f'),
	pg_temp.project('G', '/g', 'https://e.org/f'), pg_temp.project('H', '/h', 'https://e.org/a'),
	pg_temp.project('I', '/h'), pg_temp.project('J', '/gone', 'https://e.org/gone'),
	pg_temp.project('K', '/theirs', 'https://e.org/theirs'), '{"path": "/z", "remote_url": "https://e.org/z"}',
	pg_temp.project('L', '/z', 'https://e.org/z')], ',') || ']')::jsonb], '{null}');
select results_eq('select outcome, imported, skipped, errors, replayed from answer', $$values (null::text, 9::int8, 4::int8,
	'[{"project": "F", "error": "Project with this path already exists"},
	{"project": "Unknown", "error": "Name is required"}]'::jsonb, false)$$,
	'the same remote_url is skipped silently, the same path is told');
select results_eq($$select name, path, organization, classification, project_type, status, description, remote_url
	from projects where account_id = 1 and id >= 1000000 order by id$$, $$values
	(E' A\t', '/a', 'O', 'primary', 'Work', 'paused', 'd', 'https://e.org/a'),
	('B', null, null, null, null, 'active', null, ''), ('C', null, null, null, null, 'active', null, ''),
	('D', null, null, null, null, 'active', null, null), ('G', '/g', null, null, null, 'active', null, 'https://e.org/f'),
	('I', '/h', null, null, null, 'active', null, null), ('J', '/gone', null, null, null, 'active', null, 'https://e.org/gone'),
	('K', '/theirs', null, null, null, 'active', null, 'https://e.org/theirs'),
	('L', '/z', null, null, null, 'active', null, 'https://e.org/z')$$,
	'texts are kept, empty ones are no values, ids follow the list');
drop table answer;
create temp table answer as execute "projects.import"('{1,2,3}', array[jsonb_build_array(pg_temp.project('M', '/here', 'https://e.org/here')::jsonb),
	jsonb_build_array(pg_temp.project('M', '/here', 'https://e.org/here')::jsonb), '[]'], '{null,null,null}');
select results_eq('select ord, imported, skipped, errors from answer', $$values (1::int8, 0::int8, 1::int8, '[]'::jsonb),
	(2, 1, 0, '[]'), (3, 0, 0, '[]')$$, 'accounts are apart; an empty list makes nothing');
drop table answer;

-- An item with a known remote_url is skipped silently, whatever else is wrong with it.
create temp table answer as execute "projects.import"('{1}', array[jsonb_build_array(
	'{"remote_url": "https://e.org/here"}'::jsonb, '{"name": "z", "status": "bad", "remote_url": "https://e.org/here"}'::jsonb,
	'{"name": 7, "path": "/here", "remote_url": "https://e.org/here"}'::jsonb,
	'{"name": "P", "remote_url": "7"}'::jsonb, '{"name": "Q", "status": 1, "remote_url": "7"}'::jsonb,
	'{"name": "R", "remote_url": 7}'::jsonb, '{"status": "bad", "remote_url": "https://e.org/gone too"}'::jsonb,
	'{"name": "S", "remote_url": "https://e.org/gone too"}'::jsonb)], '{null}');
select results_eq('select imported, skipped, errors from answer', $$values (2::int8, 6::int8,
	'[{"project": "R", "error": "Remote_url must be text"}, {"project": "Unknown", "error": "Name is required"}]'::jsonb)$$,
	'a known remote_url is looked for first; an item with an error makes none known');
drop table answer;

-- Idempotency keys
create temp table first as execute "projects.import"('{1,2}', array['[{"name": "N"}, 7]', '[{"name": "N"}]']::jsonb[], '{i1,i1}');
create temp table answer as execute "projects.import"('{1,1,2}', array['[{"name": "N"}, 7]', '[{"name": "O"}]', '[{"name": "N"}]']::jsonb[],
	'{i1,i1,i1}');
select results_eq('select ord, outcome, imported, skipped, errors, replayed from answer', $$values
	(1::int8, null::text, 1::int8, 1::int8, '[{"project": "Unknown", "error": "Project must be an object"}]'::jsonb, true),
	(2, 'IDEMPOTENCY_KEY_REUSED', null, null, null, true), (3, null, 1, 0, '[]', true)$$,
	'the same request gets the stored response, another one is refused');
select is((select count(*) from projects where name in ('N', 'O')), 2::bigint, 'a replay imports nothing');
drop table first, answer;

-- Many items: each has another path, but every second remote_url is the one before it.
select jsonb_agg(jsonb_build_object('name', 'x', 'path', '/' || n, 'remote_url', 'u' || n / 2)) as many
from generate_series(0, 9999) as n \gset
create temp table answer as execute "projects.import"('{3}', array[:'many'::jsonb], '{null}');
select results_eq('select imported, skipped, errors from answer', $$values (5000::int8, 5000::int8, '[]'::jsonb)$$, 'ten thousand items');

select * from finish();
rollback;
