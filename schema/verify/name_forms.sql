-- Verify studytracker:name_forms on pg

begin;

select 1 / (fold_name(U&'\00a0a\200b\3000 e\0301\feff ') = U&'a \00e9')::int;
select 1 / (count(*) = 1)::int from pg_constraint where conname = 'topics_name_folded' and convalidated;

rollback;
