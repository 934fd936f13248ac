-- Verify studytracker:topics on pg

begin;

select account_id, id, name, name_key, description, created_at, updated_at, archived_at, deleted_at
from topics where false;
select 'topics_live_name'::regclass;

rollback;
