-- Verify studytracker:first_admin on pg

begin;

select 1 / (to_regrole('studytracker_worker') is null or not has_function_privilege('studytracker_worker',
	'create_admin(text, text, text, boolean)', 'execute'))::int;

rollback;
