-- Verify studytracker:action_sources on pg

begin;

select 'actions_of(bigint, text, bigint)'::regprocedure,
	'source_exists_held(bigint, text, bigint)'::regprocedure;

rollback;
