-- Revert studytracker:unique_rows from pg

begin;

drop function distinct_ids(jsonb);
drop function distinct_ids(bigint[]);
drop function tag_of_key_now(bigint, text);
drop function skill_project_of_key_now(bigint, bigint, bigint);
drop function project_of_key_now(bigint, text);
drop function organization_of_key_now(bigint, text);
drop function skill_of_key_now(bigint, text);

drop index projects_live_path;
create unique index projects_live_path on projects (account_id, path_key)
	where deleted_at is null and path_key is not null;

commit;
