-- Verify studytracker:valid_tokens on pg

begin;

select 1 / (count(*) = 1)::int from pg_index where indexrelid = 'tokens_valid'::regclass and indisvalid;
select 1 / (pg_get_functiondef('count_tokens(bigint)'::regprocedure) like '%expires_at%')::int;

rollback;
