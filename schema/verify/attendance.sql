-- Verify studytracker:attendance on pg

begin;

select 'people_of(bigint, bigint[])'::regprocedure,
	'person_last_met(bigint, bigint)'::regprocedure;

rollback;
