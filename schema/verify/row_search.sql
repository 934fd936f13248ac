-- Verify studytracker:row_search on pg

begin;

select 'search_rows(text, bigint, text)'::regprocedure;

rollback;
