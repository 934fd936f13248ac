-- Verify studytracker:projects on pg

begin;

select account_id, id, name, path, path_key, organization, classification, project_type, status,
	description, remote_url, search_key, created_at, updated_at, deleted_at
from projects where false;
select 1 / (count(*) = 3)::int from pg_class where relname in (
	'projects_live', 'projects_live_path', 'projects_search');
select 'path_key(text)'::regprocedure,
	'project_now(bigint, bigint)'::regprocedure;

rollback;
