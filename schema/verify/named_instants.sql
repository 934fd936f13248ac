-- Verify studytracker:named_instants on pg

begin;

select 1 / (count(*) = 0)::int
from pg_proc
where pronamespace = 'public'::regnamespace and prosqlbody is not null and '' = any (proargnames);

rollback;
