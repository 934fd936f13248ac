-- Verify studytracker:project_import on pg

begin;

select 1 / (project_item_error('{}') = 'Name is required')::int;
select 1 / (count(*) = 1)::int from judge_projects(1, '[null]');

rollback;
