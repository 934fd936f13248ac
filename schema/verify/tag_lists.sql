-- Verify studytracker:tag_lists on pg

begin;

select 'tag_names(bigint, bigint[])'::regprocedure,
	'tag_names_now(bigint, bigint[])'::regprocedure,
	'tag_count(bigint, bigint, text)'::regprocedure;

rollback;
