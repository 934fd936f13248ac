-- Verify studytracker:bounded_deletions on pg

begin;

select 1 / (pg_get_functiondef('follow_rows(text[], followed_row[])'::regprocedure) like '%offset 0%')::int;
select 1 / (pg_get_indexdef('action_items_source'::regclass) like '%source_id, source_type%')::int;

rollback;
