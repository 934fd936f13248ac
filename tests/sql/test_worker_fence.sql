-- workers.fence ends the connections of a worker and no others. lanes.cancel cancels the statement
-- in one lane of a worker.
\getenv prepare_all PREPARE_ALL
create extension if not exists dblink;
create role plain_worker login;
select format('grant temporary on database %I to plain_worker', current_database()) \gexec
begin;
\i :prepare_all
select no_plan();

create function pg_temp.connect_as(connection text, worker text, lane text default '') returns text language sql as $$
	select dblink_connect(connection, format('host=%s port=%s dbname=%s user=plain_worker application_name=%s',
		current_setting('unix_socket_directories'), current_setting('port'), current_database(),
		'studytracker-worker-' || worker || lane))
$$;
create function pg_temp.connections() returns bigint language sql volatile as $$
	select pg_stat_clear_snapshot();
	select count(*) from pg_stat_activity where application_name like 'studytracker-worker-%'
$$;
\set one 01890a5d-ac96-7111-8111-111111111111
\set two 01890a5d-ac96-7222-8222-222222222222
\set none 01890a5d-ac96-7333-8333-333333333333

select pg_temp.connect_as('one', :'one', '-write'), pg_temp.connect_as('one again', :'one', '-read'), pg_temp.connect_as('two', :'two'),
	pg_temp.connect_as('other', 'of-somebody-else');
select dblink_exec('one', 'begin'), dblink_exec('one', 'create temp table late as select 1');
select is(pg_temp.connections(), 4::bigint, 'four connections');

-- Any role may end its own connections.
set session authorization plain_worker;
create temp table response as execute "workers.fence"('{1,1}', array[:'none', :'one']::uuid[]);
reset session authorization;
select results_eq('select ord, outcome, sessions from response', $$values (1::bigint, null, 0::bigint), (2, null, 2)$$,
	'ends the connections of a worker; a worker without connections is no error');
select is(pg_temp.connections(), 2::bigint, 'other connections stay');
select throws_ok($$select dblink_exec('one', 'commit')$$, null, null, 'an uncommitted transaction cannot commit any more');

set application_name to 'studytracker-worker-01890a5d-ac96-7222-8222-222222222222';
drop table response;
create temp table response as execute "workers.fence"('{1}', array[:'two']::uuid[]);
select results_eq('select outcome, sessions from response', $$values (null::text, 1::bigint)$$, 'does not end its own connection');


set application_name to 'psql';
create function pg_temp.until_active(name text) returns boolean language plpgsql as $$
begin
	for i in 1 .. 10000 loop
		perform pg_stat_clear_snapshot();
		if exists (select from pg_stat_activity where application_name = name and state = 'active') then
			return true;
		end if;
		perform pg_sleep(0.01);
	end loop;
	return false;
end $$;
select pg_temp.connect_as('slow', :'one', '-slow'), pg_temp.connect_as('write', :'one', '-write');
select dblink_send_query('slow', 'select pg_sleep(60)'), dblink_send_query('write', 'select pg_sleep(60)');
select ok(pg_temp.until_active('studytracker-worker-' || :'one' || '-slow')
	and pg_temp.until_active('studytracker-worker-' || :'one' || '-write'), 'both statements run');
select pg_stat_clear_snapshot();
execute "lanes.cancel"('{1,1,1}', array[:'one', :'one', :'two']::uuid[], '{slow,write,slow}') \g /dev/null
set client_min_messages to error;
select * from dblink_get_result('slow', false) as t (x text);
reset client_min_messages;
select matches(dblink_error_message('slow'), 'canceling statement', 'cancels the statement in the lane');
select is(dblink_is_busy('write'), 1, 'does not cancel a write that waits for no lock');
select dblink_disconnect('write');

select * from finish();
rollback;
drop owned by plain_worker;
drop role plain_worker;
drop extension dblink;
