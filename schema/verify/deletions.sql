-- Verify studytracker:deletions on pg

begin;

select 'follow_rows(text[], followed_row[])'::regprocedure,
	'follow_ids(bigint[], bigint, followed_row[])'::regprocedure;
select 1 / (count(*) >= 9)::int from pg_trigger where tgname = 'follow_deletions';

rollback;
