-- Verify studytracker:organizations on pg

begin;

select account_id, id, name, name_key, type, notes, display_name, color, description, search_key,
	created_at, updated_at, deleted_at
from organizations where false;
select account_id, id, name, role, organization_id, email, notes, every_days, search_key,
	created_at, updated_at, deleted_at
from people where false;
select 1 / (count(*) = 6)::int from pg_class where relname in (
	'organizations_live', 'organizations_live_name', 'organizations_search', 'people_live',
	'people_organization', 'people_search');
select 'organization_now(bigint, bigint)'::regprocedure,
	'person_now(bigint, bigint)'::regprocedure;

rollback;
