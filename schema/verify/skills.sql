-- Verify studytracker:skills on pg

begin;

select account_id, id, name, name_key, category, confidence_level, last_used_date, notes, teams,
	search_key, created_at, updated_at, deleted_at
from skills where false;
select account_id, id, skill_id, confidence_level, notes, recorded_at, created_at, updated_at,
	deleted_at
from skill_progress where false;
select account_id, id, skill_id, project_id, proficiency_used, is_primary_skill, hours_spent,
	notes, created_at, updated_at, deleted_at
from skill_projects where false;
select 1 / (count(*) = 11)::int from pg_class where relname in (
	'skills_live', 'skills_live_name', 'skills_search', 'skill_progress_live',
	'skill_progress_recorded_at', 'skill_progress_skill', 'skill_progress_skill_recorded_at',
	'skill_projects_live', 'skill_projects_live_pair', 'skill_projects_skill',
	'skill_projects_project');
select 'is_team_list(jsonb)'::regprocedure,
	'skill_now(bigint, bigint)'::regprocedure;

rollback;
