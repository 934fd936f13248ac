-- Verify studytracker:live_logins on pg

begin;

select 1 / (count(*) = 2)::int
from pg_proc
where proname in ('end_oldest_logins', 'end_logins') and pg_get_functiondef(oid) like '%expires_at > now()%';

rollback;
