-- workers.fence: what a worker still has in the database is ended, and nothing else.
\getenv prepare_all PREPARE_ALL
create extension if not exists dblink;
create role plain_worker login;
begin;
\i :prepare_all
select no_plan();

create function pg_temp.join(session text, worker text) returns text language sql as $$
	select dblink_connect(session, format('host=%s port=%s dbname=%s user=plain_worker application_name=%s',
		current_setting('unix_socket_directories'), current_setting('port'), current_database(),
		'studytracker-worker-' || worker))
$$;
create function pg_temp.sessions() returns bigint language sql volatile as $$
	select pg_stat_clear_snapshot();
	select count(*) from pg_stat_activity where application_name like 'studytracker-worker-%'
$$;
\set one 01890a5d-ac96-7111-8111-111111111111
\set two 01890a5d-ac96-7222-8222-222222222222
\set none 01890a5d-ac96-7333-8333-333333333333

select pg_temp.join('one', :'one'), pg_temp.join('one again', :'one'), pg_temp.join('two', :'two'),
	pg_temp.join('other', 'of-somebody-else');
select dblink_exec('one', 'begin'), dblink_exec('one', 'create temp table late as select 1');
select is(pg_temp.sessions(), 4::bigint, 'four sessions');

-- Any role may do this to its own sessions.
set session authorization plain_worker;
create temp table was as execute "workers.fence"('{1,1}', array[:'none', :'one']::uuid[]);
reset session authorization;
select results_eq('select ord, outcome, sessions from was', $$values (1::bigint, null, 0::bigint), (2, null, 2)$$,
	'the sessions of a worker are ended, and where there are none that is fine');
select is(pg_temp.sessions(), 2::bigint, 'the others are not');
select throws_ok($$select dblink_exec('one', 'commit')$$, null, null, 'what had not committed never will');

set application_name to 'studytracker-worker-01890a5d-ac96-7222-8222-222222222222';
drop table was;
create temp table was as execute "workers.fence"('{1}', array[:'two']::uuid[]);
select results_eq('select outcome, sessions from was', $$values (null::text, 1::bigint)$$, 'who asks is spared');

select * from finish();
rollback;
drop role plain_worker;
drop extension dblink;
