-- Verify studytracker:field_checks on pg

begin;

select 'is_day(date)'::regprocedure,
	'is_instant(timestamptz)'::regprocedure,
	'is_id_list(bigint[], integer)'::regprocedure,
	'search_sample(bigint)'::regprocedure;

rollback;
