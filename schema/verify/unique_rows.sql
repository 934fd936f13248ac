-- Verify studytracker:unique_rows on pg

begin;

select 'skill_of_key_now(bigint, text)'::regprocedure,
	'organization_of_key_now(bigint, text)'::regprocedure,
	'project_of_key_now(bigint, text)'::regprocedure,
	'skill_project_of_key_now(bigint, bigint, bigint)'::regprocedure,
	'tag_of_key_now(bigint, text)'::regprocedure,
	'distinct_ids(bigint[])'::regprocedure,
	'distinct_ids(jsonb)'::regprocedure;

rollback;
