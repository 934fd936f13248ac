-- Verify studytracker:session_search on pg

begin;

select search_key from sessions where false;
select search_key from topics where false;
select 1 / has_trigram('abc')::int, 1 / (search_sessions(0, '%abc%') = '{}')::int;
select 1 / (indisvalid)::int from pg_index where indexrelid = 'sessions_search'::regclass;

rollback;
