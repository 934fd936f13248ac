-- Verify studytracker:account_versions on pg

begin;

select updated_at from accounts where false;

rollback;
