-- Verify studytracker:import_duplicates on pg

begin;

select 1 / (item_choice_error('status', '"x"', '{a,b}') = 'Invalid status ''x''. Must be one of: a, b')::int;
select 1 / (count(*) = 1)::int from judge_projects(1, '[{"remote_url": []}]') as j where j.error = 'Name is required';

rollback;
