-- The two roles of the service. studytracker_owner owns the tables and migrates;
-- studytracker_worker may only read and write rows and call functions. Neither is a superuser.
--
-- Run it as a superuser on the service's database, before the first deployment and after an
-- upgrade:
--
--	psql -X -v ON_ERROR_STOP=1 -d studytracker -f schema/roles.sql
--	sqitch deploy db:pg://studytracker_owner@HOST/studytracker          (in schema/)
--	DATABASE_URL=postgresql://studytracker_worker@HOST/studytracker     (of the workers)
--
-- It may run again at any time. Tables and functions of later changes get their grants from
-- the default privileges of their owner. It sets no passwords: use \password studytracker_worker.
\set QUIET on
set client_min_messages to warning;
begin;

do $$
declare
	wanted text;
begin
	foreach wanted in array '{studytracker_owner,studytracker_worker}'::text[] loop
		if not exists (select from pg_roles where rolname = wanted) then
			execute format('create role %I login', wanted);
		end if;
	end loop;
end
$$;

alter role studytracker_owner nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
alter role studytracker_worker nosuperuser nocreatedb nocreaterole noreplication nobypassrls;

do $$
begin
	execute format('alter database %I owner to studytracker_owner', current_database());
	execute format('revoke temporary on database %I from public', current_database());
	execute format('grant connect on database %I to studytracker_worker', current_database());
	execute format('alter role studytracker_worker in database %I set search_path = public, pg_temp',
		current_database());
end
$$;

create schema if not exists sqitch authorization studytracker_owner; -- the registry of sqitch
alter schema sqitch owner to studytracker_owner;
revoke create on schema public from public;
grant usage, create on schema public to studytracker_owner;
grant usage on schema public, sqitch to studytracker_worker;

-- A database that is older than these roles belongs to the role that deployed it.
do $$
declare
	old_owner constant oid := (select relowner from pg_class where oid = to_regclass('public.accounts'));
	object record;
begin
	for object in
		select o.type, o.identity
		from (
			select 'pg_class'::regclass as class, c.oid, c.relowner as owner, c.relnamespace as namespace
			from pg_class as c
			where c.relkind in ('r', 'p', 'v', 'm', 'f')
				or c.relkind = 'S' and not exists (select from pg_depend as d
					where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i'))
			union all
			select 'pg_proc'::regclass, oid, proowner, pronamespace from pg_proc
			union all
			select 'pg_type'::regclass, t.oid, t.typowner, t.typnamespace
			from pg_type as t
			where t.typtype in ('d', 'e', 'r') -- a table's row type belongs to the table
				or t.typtype = 'c' and (select c.relkind from pg_class as c where c.oid = t.typrelid) = 'c'
			union all
			select 'pg_collation'::regclass, oid, collowner, collnamespace from pg_collation
			union all
			select 'pg_operator'::regclass, oid, oprowner, oprnamespace from pg_operator
		) as found
		cross join lateral pg_identify_object(found.class, found.oid, 0) as o
		where found.owner = old_owner and found.owner <> 'studytracker_owner'::regrole
			and found.namespace in ('public'::regnamespace, 'sqitch'::regnamespace)
			and not exists (select from pg_depend as d
				where d.classid = found.class and d.objid = found.oid and d.deptype = 'e')
	loop
		execute format('alter %s %s owner to studytracker_owner', object.type, object.identity);
	end loop;
end
$$;

grant select, insert, update, delete on all tables in schema public to studytracker_worker;
grant usage on all sequences in schema public to studytracker_worker;
grant execute on all routines in schema public to studytracker_worker;
-- Passwords are left to functions that run as the owner, and admins without a log-in to operators.
do $$
begin
	if to_regclass('public.account_passwords') is not null then
		revoke all on public.account_passwords from studytracker_worker;
	end if;
	if to_regprocedure('public.create_admin(text, text, text, boolean)') is not null then
		revoke execute on function public.create_admin(text, text, text, boolean) from studytracker_worker;
	end if;
end
$$;
grant select on all tables in schema sqitch to studytracker_worker;
alter default privileges for role studytracker_owner in schema public
	grant select, insert, update, delete on tables to studytracker_worker;
alter default privileges for role studytracker_owner in schema public
	grant usage on sequences to studytracker_worker;
alter default privileges for role studytracker_owner in schema public
	grant execute on routines to studytracker_worker;
alter default privileges for role studytracker_owner in schema sqitch
	grant select on tables to studytracker_worker;

commit;
