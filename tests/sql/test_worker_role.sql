-- studytracker_worker may use rows and functions, nothing else. The default privileges of
-- schema/roles.sql grant this for the tables and functions of each change.
begin;
select no_plan();

select is_empty($$
	select c.oid::regclass
	from pg_class as c
	where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
		and c.oid <> 'account_passwords'::regclass
		and not (has_table_privilege('studytracker_worker', c.oid, 'select')
			and has_table_privilege('studytracker_worker', c.oid, 'insert')
			and has_table_privilege('studytracker_worker', c.oid, 'update')
			and has_table_privilege('studytracker_worker', c.oid, 'delete'))$$,
	'the worker may read and write each table but one');
select is_empty($$
	select c.oid::regclass
	from pg_class as c
	where c.relnamespace in ('public'::regnamespace, 'sqitch'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm')
		and has_table_privilege('studytracker_worker', c.oid, 'truncate, references, trigger')$$,
	'the worker has no other right on a table');
select is_empty($$
	select p.oid::regprocedure
	from pg_proc as p
	where p.pronamespace = 'public'::regnamespace
		and p.oid <> 'create_admin(text, text, text, boolean)'::regprocedure
		and not has_function_privilege('studytracker_worker', p.oid, 'execute')
		and not exists (select from pg_depend as d
			where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')$$,
	'the worker may call each function but one');

-- Hashes of passwords: only functions that run as the owner read and write them.
select is_empty($$
	select u.role || ' ' || p.privilege
	from unnest('{studytracker_worker,public}'::text[]) as u (role)
	cross join unnest('{select,insert,update,delete,truncate,references,trigger}'::text[]) as p (privilege)
	where has_table_privilege(u.role, 'account_passwords', p.privilege)
		or p.privilege in ('select', 'insert', 'update', 'references')
			and has_any_column_privilege(u.role, 'account_passwords', p.privilege)$$,
	'the worker has no right on account_passwords');
select set_eq($$
	select p.oid::regprocedure::text
	from pg_proc as p
	where p.pronamespace = 'public'::regnamespace and p.prosecdef
		and p.proowner = 'studytracker_owner'::regrole
		and p.proconfig = '{"search_path=pg_catalog, public, pg_temp"}'
		and not has_function_privilege('public', p.oid, 'execute')$$,
	'{password_hash(bigint),has_password(bigint),"set_password_hash(bigint,text)","confirm_password_hash(bigint,text,text)",
		"export_account(bigint,text,bigint)","purge_accounts(bigint,interval)"}'::text[],
	'few functions run as the owner, with a fixed search path');
select set_eq($$select p.oid::regprocedure::text from pg_proc as p
		where p.pronamespace = 'public'::regnamespace and p.prosecdef$$,
	'{password_hash(bigint),has_password(bigint),"set_password_hash(bigint,text)","confirm_password_hash(bigint,text,text)",
		"export_account(bigint,text,bigint)","purge_accounts(bigint,interval)"}'::text[],
	'no other function runs as its owner');

select is_empty($$
	select o.type || ' ' || o.identity
	from (
		select 'pg_class'::regclass as class, oid, relowner as owner, relnamespace as namespace from pg_class
		where relkind in ('r', 'p', 'v', 'm', 'S')
		union all
		select 'pg_proc'::regclass, oid, proowner, pronamespace from pg_proc
	) as found
	cross join lateral pg_identify_object(found.class, found.oid, 0) as o
	where found.namespace in ('public'::regnamespace, 'sqitch'::regnamespace)
		and found.owner <> 'studytracker_owner'::regrole
		and not exists (select from pg_depend as d
			where d.classid = found.class and d.objid = found.oid and d.deptype = 'e')$$,
	'all objects belong to the owner');
select is_empty($$
	select rolname from pg_roles
	where rolname in ('studytracker_owner', 'studytracker_worker')
		and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)$$,
	'neither role has a right over the server');
select is_empty($$
	select m.roleid::regrole, m.member::regrole from pg_auth_members as m
	where m.member in ('studytracker_owner'::regrole, 'studytracker_worker'::regrole)$$,
	'neither role is a member of another');

grant usage on schema test, tap to studytracker_worker;
set session authorization studytracker_worker;
select refuses('the worker is refused: ' || command, '42501', command)
from unnest(array[
	'create table public.mine (id int)',
	'create temporary table mine (id int)',
	'create function public.mine() returns int language sql return 1',
	'create schema mine',
	'create extension citext',
	'alter table sessions add column mine int',
	'alter table sessions disable trigger all',
	'drop table sessions',
	'drop function account_today(text, time)',
	'truncate sessions',
	'create index on sessions (study_date)',
	'create role mine',
	'alter role studytracker_worker createdb',
	'set role studytracker_owner',
	'select from account_passwords',
	'insert into account_passwords (account_id, hash) values (1, ''h'')',
	'update account_passwords set hash = ''h''',
	'delete from account_passwords',
	'select create_admin(''root'', null, ''h'', true)',
	'insert into sqitch.tags default values',
	'copy sessions to program ''true''']) as command;
select lives_ok($$select set_password_hash(2, 'h')$$, 'the worker stores a hash by a function');
reset session authorization;

set session authorization studytracker_owner;
create table public.later (id int generated always as identity);
create function public.later_too() returns int language sql return 1;
reset session authorization;
select ok(has_table_privilege('studytracker_worker', 'public.later', 'select')
	and has_table_privilege('studytracker_worker', 'public.later', 'delete')
	and not has_table_privilege('studytracker_worker', 'public.later', 'truncate')
	and has_function_privilege('studytracker_worker', 'public.later_too()', 'execute'),
	'objects of later changes have the grants');

select * from finish();
rollback;
