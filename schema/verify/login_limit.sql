-- Verify studytracker:login_limit on pg

begin;

select 'end_oldest_logins(bigint, bigint)'::regprocedure;
select 1 / (count(*) = 1)::int
from pg_constraint
where conrelid = 'logins'::regclass and conname = 'logins_ended_by_check' and convalidated
	and pg_get_constraintdef(oid) like '%limit%';

rollback;
